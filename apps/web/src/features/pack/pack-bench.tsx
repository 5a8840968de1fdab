import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identifyScan } from '#lib/barcodes';
import type { CloseOutcome, FloorLive, Me, PackView } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { giveFeedback } from '../../lib/feedback.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { Flash, type FlashMessage, Screen } from '../../ui/floor/kit.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { PackContents } from './pack-contents.js';
import { PackInstruction } from './pack-instruction.js';
import { PackProblem } from './pack-problem.js';
import { packStage, unitsLeft } from './pack-stage.js';

type Weighing = FloorLive['floor.weight'];

/** The bench: tote, items, scale, label. Scans alone take the packer through. */
export function PackBench({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const bench = usePackBench(me, t);
  const [problem, setProblem] = useState(false);
  const stage = packStage(bench.pack, bench.mismatch !== null);
  return (
    <Screen
      bar={<TopBar me={me} title={t('Pack')} />}
      actions={
        <>
          <button type="button" className="button problem" onClick={() => setProblem(true)}>
            {t('Problem')}
          </button>
          {stage === 'finished' || stage === 'scan-tote' ? (
            <button type="button" className="button" style={{ flex: 1 }} onClick={onLeave}>
              {t('Leave')}
            </button>
          ) : (
            <BenchStatus weighing={bench.weighing} />
          )}
        </>
      }
    >
      <div className="two">
        <div>
          <PackInstruction stage={stage} pack={bench.pack} mismatch={bench.mismatch} />
          <Flash message={bench.message} />
        </div>
        <div>{bench.pack && <PackContents pack={bench.pack} />}</div>
      </div>
      {problem && (
        <PackProblem
          pack={bench.pack}
          mismatch={bench.mismatch !== null}
          onClose={() => setProblem(false)}
          onReprint={(reason) => void bench.reprint(reason).then(() => setProblem(false))}
          onAccept={(reason) => void bench.close(reason).then(() => setProblem(false))}
          onStartOver={() => {
            bench.forget();
            setProblem(false);
          }}
        />
      )}
    </Screen>
  );
}

function BenchStatus({ weighing }: { weighing: Weighing | null }) {
  const { t } = useTranslation();
  const text = !weighing
    ? t('Scale: nothing on it yet')
    : weighing.readingId === null
      ? weighing.reason
      : `${weighing.grams} g`;
  return (
    <div className="button" style={{ flex: 1, borderStyle: 'dashed', cursor: 'default' }} role="status">
      {text}
    </div>
  );
}

/** The bench's state and what a scan or a weight does to it. */
function usePackBench(me: Me, t: (key: string, values?: Record<string, unknown>) => string) {
  const [pack, setPack] = useState<PackView | null>(null);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const [weighing, setWeighing] = useState<Weighing | null>(null);
  const [mismatch, setMismatch] = useState<{ expected: number; weighed: number } | null>(null);
  const work = useRef<Promise<void>>(Promise.resolve());
  const now = useRef({ pack, weighing, mismatch });
  now.current = { pack, weighing, mismatch };

  const say = (kind: FlashMessage['kind'], text: string): void => {
    setMessage({ kind, text });
    if (kind !== 'note' && kind !== 'warn') giveFeedback(kind);
  };
  /** One act after the other, in the order of the scans; a refusal says why and changes nothing. */
  const act = (step: () => Promise<void>): Promise<void> => {
    work.current = work.current.then(step).catch((error) => say('wrong', reasonOf(error)));
    return work.current;
  };
  const show = (next: PackView): void => {
    now.current.pack = next;
    setPack(next);
  };

  const open = (containerScan: string) =>
    act(async () => {
      const next = await api.post<PackView>('/packing/open', {
        containerScan,
        stationCode: me.station?.code ?? '',
      });
      setMismatch(null);
      show(next);
      say('good', t('Order {{order}}: scan the items.', { order: next.externalRef }));
    });

  const packItem = (parcel: PackView, itemScan: string) =>
    act(async () => {
      const next = await api.post<PackView>(`/packing/parcels/${parcel.parcelId}/items`, {
        eventId: newEventId(),
        itemScan,
      });
      show(next);
      const left = unitsLeft(next);
      say(
        left === 0 ? 'done' : 'good',
        left === 0 ? t('All in. Put the carton on the scale.') : t('{{count}} to go', { count: left }),
      );
    });

  const close = (overrideReason?: string) =>
    act(async () => {
      const { pack: parcel, weighing: weight } = now.current;
      if (!parcel || !weight?.readingId) return say('warn', t('Put the carton on the scale first.'));
      const answer = await api.post<CloseOutcome>(`/packing/parcels/${parcel.parcelId}/close`, {
        eventId: newEventId(),
        readingId: weight.readingId,
        ...(overrideReason ? { override: { reason: overrideReason } } : {}),
      });
      show(answer.pack);
      if (answer.outcome === 'weight-mismatch') {
        setMismatch({ expected: answer.expectedGrams, weighed: answer.weightGrams });
        return say(
          'wrong',
          t('Weighs {{weighed}} g, expected {{expected}} g.', {
            weighed: answer.weightGrams,
            expected: answer.expectedGrams,
          }),
        );
      }
      setMismatch(null);
      say('done', t('Weight is right. The label is being printed.'));
    });

  const confirmLabel = (parcel: PackView, labelScan: string) =>
    act(async () => {
      show(
        await api.post<PackView>(`/packing/parcels/${parcel.parcelId}/confirm-label`, {
          eventId: newEventId(),
          labelScan,
        }),
      );
      say('done', t('Label confirmed. Onto the conveyor.'));
    });

  const reprint = (reason: 'media' | 'damaged' | 'lost' | 'unknown') =>
    act(async () => {
      const parcel = now.current.pack;
      if (!parcel) return;
      show(
        await api.post<PackView>(`/packing/parcels/${parcel.parcelId}/reprint`, {
          eventId: newEventId(),
          reason,
        }),
      );
      say('note', t('A new label is being printed. The old one is void.'));
    });

  useScans((scan) => {
    const parcel = now.current.pack;
    const stage = packStage(parcel, now.current.mismatch !== null);
    const kind = identifyScan(scan.raw).kind;
    if (kind === 'container' && (stage === 'scan-tote' || stage === 'finished' || stage === 'scan-label'))
      void open(scan.raw);
    else if (!parcel || stage === 'scan-tote' || stage === 'finished')
      say('wrong', t('Scan a tote first. That was not a tote.'));
    else if (stage === 'scan-items') void packItem(parcel, scan.raw);
    else if (stage === 'scan-label' || stage === 'print-trouble' || stage === 'printing')
      void confirmLabel(parcel, scan.raw);
    else say('wrong', t('Everything is in the carton already. Put it on the scale.'));
  });

  useLive<FloorLive, 'floor.weight'>('floor', 'floor.weight', (weight) => {
    setWeighing(weight);
    now.current.weighing = weight;
    const stage = packStage(now.current.pack, now.current.mismatch !== null);
    if (weight.readingId && (stage === 'weigh' || stage === 'weight-mismatch')) void close();
  });

  useLive<FloorLive, 'floor.print'>('floor', 'floor.print', (print) => {
    const parcel = now.current.pack;
    if (parcel?.parcelId !== print.parcelId) return;
    void act(async () => {
      show(await api.get<PackView>(`/packing/parcels/${print.parcelId}`));
      if (print.state === 'printed') say('good', t('Stick the label on and scan it.'));
      if (print.state === 'failed' || print.state === 'unknown')
        say('wrong', print.reason ?? t('The printer did not confirm the label.'));
    });
  });

  const forget = (): void => {
    now.current.pack = null;
    setPack(null);
    setMismatch(null);
    setMessage(null);
  };
  return { pack, message, weighing, mismatch, close, reprint, forget };
}
