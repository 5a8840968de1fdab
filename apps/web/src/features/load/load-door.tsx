import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identifyScan } from '#lib/barcodes';
import type { LoadView, Me } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { giveFeedback } from '../../lib/feedback.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { Flash, type FlashMessage, Instruction, Progress, Screen } from '../../ui/floor/kit.js';
import { ParcelPicture, TruckPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';

/** Scan the parcel, then where it stands: from the lane into staging. */
export function StageParcels({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [parcel, setParcel] = useState<string | null>(null);
  const [count, setCount] = useState(0);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const say = (kind: FlashMessage['kind'], text: string): void => {
    setMessage({ kind, text });
    if (kind !== 'note' && kind !== 'warn') giveFeedback(kind);
  };
  useScans((scan) => {
    const { kind } = identifyScan(scan.raw);
    if (kind === 'sscc' || kind === 'tracking') {
      setParcel(scan.raw);
      return say('good', t('Now scan the staging place.'));
    }
    if (kind !== 'location') return say('wrong', t('Scan a parcel label or a staging place.'));
    if (!parcel) return say('wrong', t('Scan the parcel first.'));
    void api
      .post('/shipping/stage', { eventId: newEventId(), parcelScan: parcel, locationScan: scan.raw })
      .then(() => {
        setCount((before) => before + 1);
        setParcel(null);
        say('done', t('Staged. Next parcel.'));
      })
      .catch((error) => say('wrong', reasonOf(error)));
  });
  return (
    <Screen
      bar={<TopBar me={me} title={t('Stage parcels')} />}
      actions={
        <button type="button" className="button" style={{ flex: 1 }} onClick={onLeave}>
          {t('Leave')}
        </button>
      }
    >
      <div className="center">
        <ParcelPicture />
        <h1>{parcel ? t('Scan the staging place') : t('Scan a parcel')}</h1>
        <p>{t('{{count}} staged', { count })}</p>
      </div>
      <Flash message={message} />
    </Screen>
  );
}

/** Parcels onto a truck: choose the load once, then scan. */
export function LoadTruck({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [loads, setLoads] = useState<LoadView[] | null>(null);
  const [load, setLoad] = useState<LoadView | null>(null);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const say = useCallback((kind: FlashMessage['kind'], text: string): void => {
    setMessage({ kind, text });
    if (kind !== 'note' && kind !== 'warn') giveFeedback(kind);
  }, []);
  useEffect(() => {
    api
      .get<{ items: LoadView[] }>('/shipping/loads?state=open')
      .then((page) => setLoads(page.items))
      .catch((error) => say('wrong', reasonOf(error)));
  }, [say]);
  useScans((scan) => {
    if (!load) return say('wrong', t('Choose a load first.'));
    void api
      .post<LoadView>(`/shipping/loads/${load.id}/parcels`, { eventId: newEventId(), parcelScan: scan.raw })
      .then((next) => {
        setLoad(next);
        say(
          next.waiting.length === 0 ? 'done' : 'good',
          t('Loaded. {{count}} left.', { count: next.waiting.length }),
        );
      })
      .catch((error) => say('wrong', reasonOf(error)));
  });
  const depart = (): void => {
    if (!load) return;
    api
      .post<LoadView>(`/shipping/loads/${load.id}/depart`, { eventId: newEventId() })
      .then((next) => {
        setLoad(null);
        setLoads((before) => before?.filter((each) => each.id !== next.id) ?? null);
        say('done', t('Truck {{number}} has left.', { number: next.number }));
      })
      .catch((error) => say('wrong', reasonOf(error)));
  };
  if (!load)
    return <LoadChoice me={me} loads={loads} message={message} onChoose={setLoad} onLeave={onLeave} />;
  const loaded = load.parcelCount;
  const all = loaded + load.waiting.length;
  return (
    <Screen
      bar={<TopBar me={me} title={t('Load {{number}}', { number: load.number })} />}
      actions={
        <>
          <button type="button" className="button" onClick={() => setLoad(null)}>
            {t('Other load')}
          </button>
          <button type="button" className="button primary" disabled={loaded === 0} onClick={depart}>
            {load.waiting.length > 0
              ? t('Leave without {{count}}', { count: load.waiting.length })
              : t('Truck leaves')}
          </button>
        </>
      }
    >
      <Instruction now label={t('Scan parcels onto the truck')} size="huge">
        {loaded}/{all}
      </Instruction>
      <Progress done={loaded} of={all} label={t('Parcels loaded')} />
      <Flash message={message} />
      <ul className="list" aria-label={t('Still to load')}>
        {load.waiting.slice(0, 6).map((parcel) => (
          <li key={parcel.parcelId}>
            <span className="name">…{parcel.sscc.slice(-8)}</span>
            <span className="sub">{parcel.stagingLocation ?? t('not staged')}</span>
          </li>
        ))}
      </ul>
    </Screen>
  );
}

function LoadChoice(props: {
  me: Me;
  loads: LoadView[] | null;
  message: FlashMessage | null;
  onChoose: (load: LoadView) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Screen
      bar={<TopBar me={props.me} title={t('Load a truck')} />}
      actions={
        <button type="button" className="button" style={{ flex: 1 }} onClick={props.onLeave}>
          {t('Leave')}
        </button>
      }
    >
      {props.loads?.length === 0 && (
        <div className="center">
          <TruckPicture />
          <h1>{t('No load is open')}</h1>
          <p>{t('A supervisor opens one under Shipping, or it opens by itself when parcels are staged.')}</p>
        </div>
      )}
      <div className="tiles">
        {props.loads?.map((load) => (
          <button key={load.id} type="button" className="tile" onClick={() => props.onChoose(load)}>
            <TruckPicture />
            {load.carrier} · {load.number}
            <span className="muted">{t('{{count}} waiting', { count: load.waiting.length })}</span>
          </button>
        ))}
      </div>
      <Flash message={props.message} />
    </Screen>
  );
}
