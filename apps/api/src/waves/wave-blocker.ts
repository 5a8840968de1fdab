/** A wave as far as it matters for why it stands still. */
export interface StandingWave {
  state: string;
  reason: string | null;
  releasedAt: Date | null;
  pickedLines: number;
}

/** Goods of a released wave that nobody has touched for so long stand still. */
const UNTOUCHED_MS = 15 * 60_000;

/** Why a wave does not move on, in one sentence; null while it does. */
export function blockerOf(
  { state, reason, releasedAt, pickedLines }: StandingWave,
  now: Date,
): string | null {
  switch (state) {
    case 'failed':
      return `planning stopped at ${reason ?? 'a step that failed'}`;
    case 'locked':
      return 'locked: a person must unlock it first';
    case 'planned':
      return 'waits to be released';
    case 'released':
      return pickedLines === 0 && releasedAt && now.getTime() - releasedAt.getTime() > UNTOUCHED_MS
        ? 'released, and nobody has picked anything yet'
        : null;
    default:
      return null;
  }
}
