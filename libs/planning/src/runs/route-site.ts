import type { RoutedRun, RouteRequest } from './route-request.js';
import { routeRun } from './route-run.js';
import { routeOverWays } from './route-ways.js';
import { along, MOST_CROSS_AISLES } from './site-layout.js';

/**
 * The walk over all stops of a site as it is: by `routeRun` where its cross aisles are few and hold all stops between them, otherwise
 * over its net of ways (exact for few places, see `routeOnGraph`).
 * @throws RangeError for a stop that cannot be reached or left again.
 */
export function routeOnSite(request: RouteRequest): RoutedRun {
  const { site, stops } = request;
  const lanesMm = site.crossAislesMm;
  const [lowMm, highMm] = [Math.min(...lanesMm), Math.max(...lanesMm)];
  const alongMm = stops.map((stop) => along(site.aislesAlong, stop));
  const inside = alongMm.every((mm) => mm >= lowMm && mm <= highMm);
  return inside && new Set(lanesMm).size <= MOST_CROSS_AISLES ? routeRun(request) : routeOverWays(request);
}
