/** Pure optimisation for planning waves: no I/O, deterministic for a seed, anytime, cancellable. Lengths in millimetres. */
export * from './advice/advise-replenishment.js';
export * from './advice/advise-slotting.js';
export * from './assignment/assign-lanes.js';
export * from './assignment/solve-assignment.js';
export type { SizeMm } from './cartons/box.js';
export * from './cartons/choose-carton.js';
export { type LoadPlan, type LoadRequest, loadContainer } from './loading/load-container.js';
export * from './loading/load-containers.js';
export type { BoxKind, PlacedBox } from './loading/load-parts.js';
export * from './people/assign-runs.js';
export * from './runs/batch-runs.js';
export { firstComeWalkMm, sShapeWalkMm } from './runs/naive-walk.js';
export * from './runs/route-graph.js';
export type { RoutedRun, RouteRequest } from './runs/route-request.js';
export { routeRun } from './runs/route-run.js';
export { routeOnSite } from './runs/route-site.js';
export * from './runs/site-graph.js';
export {
  type Aisle,
  type AisleSite,
  inferAisleSite,
  type KnownLayout,
  type LocatedBin,
  MOST_CROSS_AISLES,
  type PointMm,
  type RunStop,
} from './runs/site-layout.js';
export type { WalkPlace } from './runs/site-ways.js';
export * from './runs/split-by-zone.js';
export { walkAlongMm } from './runs/walk-along.js';
export { walkPath } from './runs/walk-path.js';
export { solverOver } from './search/highs-solver.js';
export type * from './search/linear-model.js';
export { Random } from './search/random.js';
export type { SearchLimits } from './search/search-limits.js';
export * from './stock/allocate-fefo.js';
export * from './waves/dense-wave-request.js';
export * from './waves/plan-cut-offs.js';
export * from './waves/select-dense-wave.js';
export * from './waves/select-orders.js';
