/** A wave as far as it matters for why it stands still. */
export interface StandingWave {
  state: string;
  reason: string | null;
  releasedAt: Date | null;
  pickedLines: number;
  /** Of a planned wave that is released by itself: what the floor is not ready for. Left out: a person releases it. */
  held?: readonly { text: string }[];
}

/** Goods of a released wave that nobody has touched for so long stand still. */
const UNTOUCHED_MS = 15 * 60_000;

/** Why a wave does not move on, in one sentence; null while it does. */
export function blockerOf(
  { state, reason, releasedAt, pickedLines, held }: StandingWave,
  now: Date,
): string | null {
  switch (state) {
    case 'failed':
      return `planning stopped at ${reason ?? 'a step that failed'}`;
    case 'locked':
      return 'locked: a person must unlock it first';
    case 'planned':
      if (held === undefined) return 'waits to be released';
      if (held.length === 0) return 'is released with the next look at the floor';
      return `released as soon as the floor is ready. ${held.map(({ text }) => text).join(' ')}`;
    case 'released':
      return pickedLines === 0 && releasedAt && now.getTime() - releasedAt.getTime() > UNTOUCHED_MS
        ? 'released, and nobody has picked anything yet'
        : null;
    default:
      return null;
  }
}
