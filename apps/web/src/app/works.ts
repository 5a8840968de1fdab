/** The kinds of work on the floor; also the hash of their pages. */
export const WORKS = [
  'pick',
  'put-wall',
  'pack',
  'stage',
  'load',
  'put-away',
  'replenish',
  'put-back',
  'what-is',
] as const;
export type Work = (typeof WORKS)[number];

/** What people at a kind of station do as a rule; offered first. */
const USUAL_WORK: Record<string, Work> = {
  'pick-start': 'pick',
  'put-wall': 'put-wall',
  'pack-bench': 'pack',
  'dock-door': 'load',
  'receiving-desk': 'put-away',
};

export function usualWork(stationKind: string | undefined): Work | null {
  return USUAL_WORK[stationKind ?? ''] ?? null;
}

export function workOf(hash: string): Work | null {
  return WORKS.find((work) => `#${work}` === hash) ?? null;
}
