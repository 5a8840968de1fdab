import { useCallback, useEffect, useRef, useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { LoadView, Me } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useReturn } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { Instruction, Progress, Screen } from '../../ui/floor/kit.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { type Say, useTurns } from '../../ui/floor/use-turns.js';
import { LoadChoice } from './load-choice.js';

/** Parcels onto a truck: choose the load once, then scan. */
export function LoadTruck({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const { loads, load, choose, take } = useLoads(inTurn, say);
  const scanned = async (raw: string): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    if (kind === 'command') return value === 'done' || value === 'back' ? onLeave() : undefined;
    const at = load.current;
    if (!at) return say('wrong', t('Choose a load first.'));
    const body = { eventId: newEventId(), parcelScan: raw };
    const next = await api.post<LoadView>(`/shipping/loads/${at.id}/parcels`, body);
    take(next);
    const count = next.waiting.length;
    say(count === 0 ? 'done' : 'good', t('Loaded. {{count}} left.', { count }));
  };
  useScans((scan) => void inTurn(() => scanned(scan.raw)));
  const depart = async (): Promise<void> => {
    const at = load.current;
    if (!at) return;
    const next = await api.post<LoadView>(`/shipping/loads/${at.id}/depart`);
    take(null);
    say('done', t('Truck {{number}} has left.', { number: next.number }));
  };
  const at = load.current;
  if (!at) return <LoadChoice me={me} loads={loads} message={message} onChoose={choose} onLeave={onLeave} />;
  return (
    <Screen
      bar={<TopBar me={me} title={t('Load {{number}}', { number: at.number })} />}
      message={message}
      actions={
        <>
          <button type="button" className="button" onClick={() => choose(null)}>
            {t('Other load')}
          </button>
          <DepartButton key={at.parcelCount} load={at} onDepart={() => void inTurn(depart)} />
        </>
      }
    >
      <Loading load={at} />
    </Screen>
  );
}

/** The open loads, and the one being loaded. */
function useLoads(inTurn: (act: () => Promise<void>) => Promise<void>, say: Say) {
  const [loads, setLoads] = useState<LoadView[] | null>(null);
  const [, draw] = useState(0);
  const load = useRef<LoadView | null>(null);
  const choose = (next: LoadView | null): void => {
    load.current = next;
    draw((n) => n + 1);
  };
  const ask = useCallback(
    () =>
      inTurn(async () => {
        const { items } = await api.get<{ items: LoadView[] }>('/shipping/loads?state=open');
        setLoads(items);
        load.current = items.find(({ id }) => id === load.current?.id) ?? null;
      }),
    [inTurn],
  );
  useEffect(() => void ask(), [ask, say]);
  useReturn('floor', () => void ask());
  return {
    loads,
    load,
    choose,
    /** The load as the core knows it now; null when it has left. */
    take: (next: LoadView | null): void => {
      choose(next);
      if (!next) void ask();
    },
  };
}

/** With parcels still waiting the button asks once more: a truck does not come back. */
function DepartButton({ load, onDepart }: { load: LoadView; onDepart: () => void }) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const left = load.waiting.length;
  if (left > 0 && !sure) {
    return (
      <button
        type="button"
        className="button grow"
        disabled={load.parcelCount === 0}
        onClick={() => setSure(true)}
      >
        {t('Truck leaves')}
      </button>
    );
  }
  return (
    <button
      type="button"
      className={left > 0 ? 'button problem grow' : 'button primary'}
      disabled={load.parcelCount === 0}
      onClick={onDepart}
    >
      {left > 0 ? t('Leave without {{count}}', { count: left }) : t('Truck leaves')}
    </button>
  );
}

function Loading({ load }: { load: LoadView }) {
  const { t } = useTranslation();
  const all = load.parcelCount + load.waiting.length;
  return (
    <div className="two">
      <div>
        <Instruction now label={t('Scan parcels onto the truck')}>
          {load.parcelCount}/{all}
        </Instruction>
        <Progress done={load.parcelCount} of={all} label={t('Parcels loaded')} />
      </div>
      <section
        className="list"
        aria-label={t('Still to load')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that can scroll must be reachable by keyboard
        tabIndex={0}
      >
        {load.waiting.slice(0, 60).map((parcel) => (
          <div key={parcel.parcelId} className="entry">
            <span className="name">…{parcel.sscc.slice(-8)}</span>
            <span className="sub">{parcel.stagingLocation ?? t('not staged')}</span>
          </div>
        ))}
      </section>
    </div>
  );
}
