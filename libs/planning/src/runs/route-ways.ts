import { routeOnGraph } from './route-graph.js';
import type { RoutedRun, RouteRequest } from './route-request.js';
import { along, type RunStop } from './site-layout.js';
import { waysOf } from './site-ways.js';

/**
 * The walk over all stops of a site over its net of ways: one-way aisles, stops beyond the cross aisles, any number of cross aisles. Exact for
 * few places, see `routeOnGraph`; the same stops give the same walk in whatever sequence they are given.
 * @throws RangeError for a stop that cannot be reached or left again.
 */
export function routeOverWays(request: RouteRequest): RoutedRun {
  const { site, start, end = start } = request;
  const key = ({ aisleId, stopId, ...point }: RunStop) =>
    `${aisleId} ${along(site.aislesAlong, point)} ${stopId}`;
  const stops = request.stops.toSorted((one, two) => (key(one) < key(two) ? -1 : 1));
  const { graph, nodeIds } = waysOf(site, [start, ...stops, end]);
  const { stopIds, walkMm } = routeOnGraph({
    graph,
    stops: stops.map(({ stopId }, at) => ({ stopId, nodeId: nodeIds[at + 1]! })),
    startNodeId: nodeIds[0]!,
    endNodeId: nodeIds.at(-1)!,
  });
  return { stopIds, walkMm };
}
