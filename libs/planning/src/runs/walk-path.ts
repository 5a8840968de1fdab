import { ShortestWays } from './shortest-ways.js';
import type { AisleSite, PointMm } from './site-layout.js';
import { type WalkPlace, waysOf } from './site-ways.js';

/**
 * The walk over these places in this sequence as a line to be drawn: every corner, each leg by its shortest way, as long as
 * `walkAlongMm` measures it. Places in an aisle are passed on its centre line. Where one-way aisles leave no way the line is straight.
 * @throws RangeError for an aisle that the site does not have.
 */
export function walkPath(site: AisleSite, places: readonly WalkPlace[]): PointMm[] {
  const { graph, nodeIds, pointOf } = waysOf(site, places);
  const ways = new ShortestWays(graph);
  const walked = nodeIds.flatMap((nodeId, at) =>
    at === 0 ? [nodeId] : ways.nodesTo(nodeIds[at - 1]!, nodeId),
  );
  return straightened(walked.map(pointOf));
}

/** Without points where nobody turns. */
function straightened(points: readonly PointMm[]): PointMm[] {
  const path: PointMm[] = [];
  for (const point of points) {
    const [before, last] = [path.at(-2), path.at(-1)];
    if (last && last.xMm === point.xMm && last.yMm === point.yMm) continue;
    if (before && last && isBetween(before, last, point)) path.pop();
    path.push(point);
  }
  return path;
}

function isBetween(one: PointMm, middle: PointMm, two: PointMm): boolean {
  const sameX = one.xMm === middle.xMm && middle.xMm === two.xMm;
  const sameY = one.yMm === middle.yMm && middle.yMm === two.yMm;
  if (sameX) return (middle.yMm - one.yMm) * (two.yMm - middle.yMm) >= 0;
  return sameY && (middle.xMm - one.xMm) * (two.xMm - middle.xMm) >= 0;
}
