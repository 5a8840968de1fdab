import { ShortestWays } from './shortest-ways.js';
import type { AisleSite } from './site-layout.js';
import { type WalkPlace, waysOf } from './site-ways.js';

export type { WalkPlace } from './site-ways.js';

/**
 * Length of a walk over these places in this sequence, each leg by its shortest way. Whoever stands outside the aisles reaches
 * them over the nearest cross aisle, as `routeRun` counts it. Measures what was walked; it does not reorder.
 * @returns Infinity where one-way aisles leave no way from one place to the next.
 * @throws RangeError for an aisle that the site does not have.
 */
export function walkAlongMm(site: AisleSite, places: readonly WalkPlace[]): number {
  const { graph, nodeIds } = waysOf(site, places);
  const ways = new ShortestWays(graph);
  return nodeIds.slice(1).reduce((sum, nodeId, at) => sum + ways.lengthMm(nodeIds[at]!, nodeId), 0);
}
