import { useRef, useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { Screen } from '../../ui/floor/kit.js';
import { ParcelPicture, ShelfPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { useTurns } from '../../ui/floor/use-turns.js';

/** Scan the parcel, then where it stands: from the lane into staging. */
export function StageParcels({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const parcel = useRef<string | null>(null);
  const [isHeld, setHeld] = useState(false);
  const [count, setCount] = useState(0);
  const hold = (scan: string | null): void => {
    parcel.current = scan;
    setHeld(scan !== null);
  };
  const scanned = async (raw: string): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    if (kind === 'command') return value === 'done' || value === 'back' ? onLeave() : undefined;
    if (kind === 'sscc' || kind === 'tracking') {
      hold(raw);
      return say('good', t('Now scan the staging place.'));
    }
    if (kind !== 'location') return say('wrong', t('Scan a parcel label or a staging place.'));
    if (!parcel.current) return say('wrong', t('Scan the parcel first.'));
    const eventId = newEventId();
    await api.post('/shipping/stage', { eventId, parcelScan: parcel.current, locationScan: raw });
    hold(null);
    setCount((before) => before + 1);
    say('done', t('Staged. Next parcel.'));
  };
  useScans((scan) => void inTurn(() => scanned(scan.raw)));
  return (
    <Screen
      bar={<TopBar me={me} title={t('Stage parcels')} />}
      message={message}
      actions={
        <button type="button" className="button grow" onClick={onLeave}>
          {t('Leave')}
        </button>
      }
    >
      <div className="center">
        {isHeld ? <ShelfPicture /> : <ParcelPicture />}
        <h2>{isHeld ? t('Scan the staging place') : t('Scan a parcel')}</h2>
        <p>{t('{{count}} staged', { count })}</p>
      </div>
    </Screen>
  );
}
