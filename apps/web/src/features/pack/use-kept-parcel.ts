import { useEffect, useRef } from 'react';
import type { Me, PackView } from '#lib/contracts';
import { api } from '../../api/client.js';

/**
 * Remembers the parcel in work at this bench, so that a second start of the page goes on with it: once it is closed its
 * tote is free and could not lead back to it.
 */
export function useKeptParcel(me: Me, parcelId: string | null, onFound: (pack: PackView) => void): void {
  const key = `wavehouse.pack.${me.station?.code ?? ''}`;
  const found = useRef(onFound);
  found.current = onFound;
  useEffect(() => {
    const kept = localStorage.getItem(key);
    if (!kept) return;
    let left = false;
    api
      .get<PackView>(`/packing/parcels/${kept}`)
      .then((pack) => {
        if (!left) found.current(pack);
      })
      // Gone or of another site: the packer scans the next tote.
      .catch(() => localStorage.removeItem(key));
    return () => {
      left = true;
    };
  }, [key]);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (parcelId) localStorage.setItem(key, parcelId);
    else if (before.current) localStorage.removeItem(key);
    before.current = parcelId;
  }, [key, parcelId]);
}
