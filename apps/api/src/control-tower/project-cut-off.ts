/** Orders of one carrier service that must be handed over by the same cut-off. */
export interface CutOffBacklog {
  carrier: string;
  service: string;
  cutOffAt: Date;
  /** Not packed yet. */
  open: number;
  packed: number;
  shipped: number;
}

export interface CutOffProjection extends CutOffBacklog {
  /** When the last open order would be packed at the present rate; null when nothing is open or nothing moves. */
  projectedAt: Date | null;
  atRisk: boolean;
}

/** With nothing packed lately, a cut-off this near counts as at risk. */
const NO_RATE_RISK_MS = 60 * 60_000;

/**
 * Says for each cut-off when it will be done. Work is taken in order of cut-off, so a later one waits for all before it; the rate
 * is that of the last half hour.
 */
export function projectCutOffs(
  backlogs: readonly CutOffBacklog[],
  packedPerMinute: number,
  now: Date,
): CutOffProjection[] {
  let before = 0;
  return [...backlogs]
    .sort(
      (one, two) => one.cutOffAt.getTime() - two.cutOffAt.getTime() || (one.carrier < two.carrier ? -1 : 1),
    )
    .map((backlog) => {
      before += backlog.open;
      const projectedAt =
        backlog.open === 0 || packedPerMinute <= 0 ? null : minutesAfter(now, before / packedPerMinute);
      return { ...backlog, projectedAt, atRisk: isAtRisk(backlog, projectedAt, now) };
    });
}

function isAtRisk({ open, cutOffAt }: CutOffBacklog, projectedAt: Date | null, now: Date): boolean {
  if (open === 0) return false;
  if (projectedAt) return projectedAt > cutOffAt;
  return cutOffAt.getTime() - now.getTime() < NO_RATE_RISK_MS;
}

function minutesAfter(from: Date, minutes: number): Date {
  return new Date(from.getTime() + Math.round(minutes * 60_000));
}
