import { type RefObject, useEffect, useRef, useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { FloorLive, Me, Reprint } from '#lib/contracts';
import { useLive, useReturn } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { useScans } from '../../lib/scans.js';
import { type Say, useTurns } from '../../ui/floor/use-turns.js';
import { type BenchActs, benchActs } from './bench-acts.js';
import { type Bench, emptyBench, isWorthClosing, packStage } from './pack-stage.js';
import { useKeptParcel } from './use-kept-parcel.js';

export type Weighing = FloorLive['floor.weight'];

/** The bench's state and what a scan, a weight or a print does to it. */
export function usePackBench(
  me: Me,
  on: { command: (command: string) => void; station: (scan: string) => Promise<void> },
) {
  const { t } = useTranslation();
  const { message, say, inTurn, hush } = useTurns();
  const now = useRef<Bench>(emptyBench);
  const [bench, setBench] = useState<Bench>(emptyBench);
  const [weighing, setWeighing] = useState<Weighing | null>(null);
  const show = (next: Bench): void => {
    now.current = next;
    setBench(next);
  };
  const acts = benchActs({ now: () => now.current, show, say, t });

  const scanned = (raw: string): Promise<void> | void => {
    const stage = packStage(now.current);
    const { kind, value } = identifyScan(raw);
    if (kind === 'command') return on.command(value);
    if (stage === 'scan-tote' && kind === 'station') return on.station(value);
    if (!me.station) return say('wrong', t('Scan the barcode of this bench first.'));
    const mayOpen = stage === 'scan-tote' || stage === 'finished' || stage === 'scan-label';
    if (kind === 'container' && mayOpen) return acts.open(raw, me.station.code);
    if (stage === 'scan-tote' || stage === 'finished')
      return say('wrong', t('Scan a tote first. That was not a tote.'));
    if (stage === 'scan-items') return acts.packItem(raw);
    if (stage === 'weigh' || stage === 'weight-mismatch')
      return say('wrong', t('Everything is in the carton already. Put it on the scale.'));
    return acts.confirmLabel(raw);
  };
  useScans((scan) => void inTurn(() => scanned(scan.raw)));

  useBenchNews({ now, acts, say, inTurn, onWeight: setWeighing });
  const stage = packStage(bench);
  usePolling(stage === 'printing', () => void inTurn(acts.look));
  useKeptParcel(me, stage === 'finished' ? null : (bench.pack?.parcelId ?? null), (pack) => {
    if (!now.current.pack) acts.see(pack);
  });
  const accept = (reason: string): Promise<void> =>
    inTurn(() => {
      if (weighing?.readingId) return acts.closeWith(weighing.readingId, reason);
      return say('warn', t('Put the carton on the scale first.'));
    });
  return {
    bench,
    stage,
    message,
    weighing,
    accept,
    reprint: (reason: Reprint['reason']) => inTurn(() => acts.reprint(reason)),
    changeCarton: (cartonCode: string) => inTurn(() => acts.changeCarton(cartonCode)),
    forget: () => {
      show(emptyBench);
      hush();
    },
  };
}

/** What scale and printer of this station say. */
function useBenchNews(desk: {
  now: RefObject<Bench>;
  acts: BenchActs;
  say: Say;
  inTurn: (act: () => Promise<void> | void) => Promise<void>;
  onWeight: (weighing: Weighing) => void;
}): void {
  const { t } = useTranslation();
  const { now, acts, say, inTurn } = desk;
  useLive<FloorLive, 'floor.weight'>('floor', 'floor.weight', (weight) => {
    desk.onWeight(weight);
    if (weight.readingId === null) return;
    const { readingId, grams } = weight;
    void inTurn(() => (isWorthClosing(now.current, grams) ? acts.closeWith(readingId) : undefined));
  });
  useLive<FloorLive, 'floor.print'>('floor', 'floor.print', (print) => {
    if (now.current.pack?.parcelId !== print.parcelId) return;
    void inTurn(async () => {
      await acts.look();
      const stage = packStage(now.current);
      if (stage === 'scan-label') say('good', t('Stick the label on and scan it.'));
      if (stage === 'print-trouble')
        say('wrong', print.reason ?? t('The printer did not confirm the label.'));
    });
  });
  useReturn('floor', () => void inTurn(acts.look));
}

/** The printer's word may be lost on the way to this page: while it is awaited, the core is asked as well. */
const ASK_AGAIN_MS = 3_000;

function usePolling(active: boolean, look: () => void): void {
  const newest = useRef(look);
  newest.current = look;
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => newest.current(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [active]);
}
