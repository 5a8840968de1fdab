import { routeOnGraph } from './route-graph.js';
import { type RoutedRun, type RouteRequest, routeRun } from './route-run.js';
import { waysOf } from './site-ways.js';

/**
 * The walk over all stops of a site as it is: exact where every aisle may be walked both ways, over its net of ways where some are
 * one-way (exact for few places, see `routeOnGraph`).
 * @throws RangeError for a stop that cannot be reached or left again.
 */
export function routeOnSite(request: RouteRequest): RoutedRun {
  const { site, stops, start, end = start } = request;
  if (!site.aisles.some(({ oneWay }) => oneWay)) return routeRun(request);
  const { graph, nodeIds } = waysOf(site, [start, ...stops, end]);
  const { stopIds, walkMm } = routeOnGraph({
    graph,
    stops: stops.map(({ stopId }, at) => ({ stopId, nodeId: nodeIds[at + 1]! })),
    startNodeId: nodeIds[0]!,
    endNodeId: nodeIds.at(-1)!,
  });
  return { stopIds, walkMm };
}
