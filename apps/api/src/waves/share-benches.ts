import type { PointMm } from '#lib/planning';

/** A station where totes are handed over, with the runs that are on their way to it. */
export interface DropStation extends PointMm {
  id: string;
  code: string;
  open: number;
}

interface RunToBench {
  id: string;
  afterRunId: string | null;
  stationId: string | null;
}

/**
 * The bench of each run that has no station yet: the one with the fewest runs on their way to it. All trips of a cart end at the same
 * one, since its totes wait there for each other. Chosen before the runs are routed: where a walk ends is part of it.
 */
export function shareBenches<T extends RunToBench>(runs: readonly T[], benches: readonly DropStation[]): T[] {
  if (benches.length === 0) return [...runs];
  const load = benches.map(({ id, open }) => ({ id, open }));
  const chosen = new Map<string, string>();
  return runs.map((run) => {
    let stationId = run.stationId ?? (run.afterRunId === null ? undefined : chosen.get(run.afterRunId));
    if (stationId === undefined) {
      const least = load.reduce((best, each) => (each.open < best.open ? each : best));
      least.open += 1;
      stationId = least.id;
    }
    chosen.set(run.id, stationId);
    return { ...run, stationId };
  });
}

/** The bench that is nearest to all of them together: where a run ends as far as is known before it has a bench of its own. */
export function middleBench<T extends PointMm>(benches: readonly T[]): T | null {
  const apart = (one: T) =>
    benches.reduce((sum, { xMm, yMm }) => sum + Math.abs(xMm - one.xMm) + Math.abs(yMm - one.yMm), 0);
  return benches.reduce<T | null>(
    (best, each) => (best === null || apart(each) < apart(best) ? each : best),
    null,
  );
}
