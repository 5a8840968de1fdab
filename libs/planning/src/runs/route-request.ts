import type { AisleSite, PointMm, RunStop } from './site-layout.js';

export interface RouteRequest {
  site: AisleSite;
  stops: RunStop[];
  /** Stations stand on or near a cross aisle; the walk between the point and its nearest cross aisle is included. */
  start: PointMm;
  /** Default: where the run began. */
  end?: PointMm;
}

export interface RoutedRun {
  /** Every stop once, in the order of the walk. */
  stopIds: string[];
  walkMm: number;
}
