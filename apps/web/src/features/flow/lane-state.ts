import type { SorterLane } from '#lib/contracts';

export type LaneState = 'open' | 'closed' | 'full' | 'jam';

/** How a lane stands: what people say counts, then its photo-eye. */
export function stateOf(lane: Pick<SorterLane, 'closed' | 'fill' | 'forcedOpen'>): LaneState {
  if (lane.closed) return 'closed';
  if (lane.fill === 'jam') return 'jam';
  return lane.fill === 'full' && !lane.forcedOpen ? 'full' : 'open';
}

export const STATE_COLOURS: Record<LaneState, string> = {
  open: 'teal',
  closed: 'orange',
  full: 'orange',
  jam: 'red',
};
