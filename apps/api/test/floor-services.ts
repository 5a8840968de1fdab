import { DeviceCommandsService } from '../src/devices/device-commands.service.js';
import { AdjustmentsService } from '../src/inventory/adjustments.service.js';
import { CountsService } from '../src/inventory/counts.service.js';
import { InventoryService } from '../src/inventory/inventory.service.js';
import { PromisesService } from '../src/inventory/promises.service.js';
import { ReservationsService } from '../src/inventory/reservations.service.js';
import { BackordersService } from '../src/orders/backorders.service.js';
import { IntakeService } from '../src/orders/intake.service.js';
import { OrderProgressService } from '../src/orders/order-progress.service.js';
import { OrdersQueries } from '../src/orders/orders.queries.js';
import { OrdersService } from '../src/orders/orders.service.js';
import { TakeBackService } from '../src/orders/take-back.service.js';
import { BlockedPicksService } from '../src/picking/blocked-picks.service.js';
import { PickingQueries } from '../src/picking/picking.queries.js';
import { PicksService } from '../src/picking/picks.service.js';
import { ProblemsService } from '../src/picking/problems.service.js';
import { PutBacksService } from '../src/picking/put-backs.service.js';
import { PutUndoService } from '../src/picking/put-undo.service.js';
import { PutWallSetupService } from '../src/picking/put-wall-setup.service.js';
import { PutWallsService } from '../src/picking/put-walls.service.js';
import { ReplenishmentsService } from '../src/picking/replenishments.service.js';
import { RunsService } from '../src/picking/runs.service.js';
import { ShortsService } from '../src/picking/shorts.service.js';
import { WallShortsService } from '../src/picking/wall-shorts.service.js';
import { WithdrawService } from '../src/picking/withdraw.service.js';
import { EdgeDownlink } from '../src/platform/edge-requests.js';
import { Live } from '../src/platform/live.js';
import { AnnouncementsService } from '../src/receiving/announcements.service.js';
import { PutAwayService } from '../src/receiving/put-away.service.js';
import { ReceivingQueries } from '../src/receiving/receiving.queries.js';
import { ReceivingService } from '../src/receiving/receiving.service.js';
import { SiteSetup } from '../src/sites/site-setup.service.js';
import { ChannelsService } from '../src/waves/channels.service.js';
import { DryRunService } from '../src/waves/dry-run.service.js';
import { ExplainQueries } from '../src/waves/explain.queries.js';
import { FaultsQueries } from '../src/waves/faults.queries.js';
import { FaultsService } from '../src/waves/faults.service.js';
import { FloorMapQueries } from '../src/waves/floor-map.queries.js';
import { LeftOutService } from '../src/waves/left-out.service.js';
import { MatchQueries } from '../src/waves/match.queries.js';
import { PipelineService } from '../src/waves/pipeline.service.js';
import { PlanRunnerService } from '../src/waves/plan-runner.service.js';
import { PlannerService } from '../src/waves/planner.service.js';
import { ReleaseQueries } from '../src/waves/release.queries.js';
import { RemediesService } from '../src/waves/remedies.service.js';
import { RivalsQueries } from '../src/waves/rivals.queries.js';
import { RunGatesService } from '../src/waves/run-gates.service.js';
import { ScheduleSetupService } from '../src/waves/schedule-setup.service.js';
import { SchedulesQueries } from '../src/waves/schedules.queries.js';
import { SchedulesService } from '../src/waves/schedules.service.js';
import { StepLogService } from '../src/waves/step-log.service.js';
import { TemplatesQueries } from '../src/waves/templates.queries.js';
import { TemplatesService } from '../src/waves/templates.service.js';
import { WaitingQueries } from '../src/waves/waiting.queries.js';
import { WaveAssignService } from '../src/waves/wave-assign.service.js';
import { WaveCartonsService } from '../src/waves/wave-cartons.service.js';
import { WaveMergeService } from '../src/waves/wave-merge.service.js';
import { WaveReleaseService } from '../src/waves/wave-release.service.js';
import { WaveReplenishService } from '../src/waves/wave-replenish.service.js';
import { WaveRunsQueries } from '../src/waves/wave-runs.queries.js';
import { WaveRunsService } from '../src/waves/wave-runs.service.js';
import { WaveStockService } from '../src/waves/wave-stock.service.js';
import { WaveUndoService } from '../src/waves/wave-undo.service.js';
import { WavesQueries } from '../src/waves/waves.queries.js';
import { WavesService } from '../src/waves/waves.service.js';
import { WorkInProgressService } from '../src/waves/work-in-progress.service.js';
import type { Floor } from './floor-fixture.js';

/** Screens that nobody looks at. */
export class NoScreens extends Live {
  toStation(): void {}
  toPerson(): void {}
  toTower(): void {}
  toConsole(): void {}
}

/** Agents that nobody runs: what is sent to devices stands in the database. */
class NoEdge extends EdgeDownlink {
  publishRoutes(): void {}
  publishLabels(): void {}
  publishCommand(): void {}
}

/** The services from the ledger to picking, wired as their modules wire them. Close the planner afterwards. */
export function floorServices({ db }: Pick<Floor, 'db'>) {
  const inventory = new InventoryService();
  const promises = new PromisesService();
  const reservations = new ReservationsService();
  const orders = new OrdersService(db, promises);
  const progress = new OrderProgressService(promises);
  const planner = new PlannerService();
  const leftOut = new LeftOutService(reservations);
  const steps = new StepLogService(db);
  const gates = new RunGatesService();
  const stock = new WaveStockService(db, planner, reservations);
  const waveRuns = new WaveRunsService(db, planner);
  const work = new WorkInProgressService(db);
  const releases = new WaveReleaseService(db, progress, leftOut, steps, work, gates);
  const pickingQueries = new PickingQueries(db);
  const shorts = new ShortsService(inventory, reservations, progress, stock, leftOut);
  const undos = new WaveUndoService(db, new TakeBackService(promises), releases);
  const putBacks = new PutBacksService(db, inventory);
  const withdraw = new WithdrawService(orders, reservations, undos, putBacks, new NoScreens());
  withdraw.onModuleInit();
  const blocked = new BlockedPicksService(reservations, progress, shorts, leftOut, withdraw);
  const pipeline = pipelineOf(db, { planner, stock, waveRuns });
  const runner = new PlanRunnerService(db, pipeline, steps, new FaultsService(leftOut), new NoScreens());
  const waves = new WavesService(db, stock, runner, steps, releases, gates);
  const channels = new ChannelsService(db, waves, work);
  const schedules = new SchedulesService(db, waves, releases);
  const rivals = new RivalsQueries(channels, schedules);
  const schedulesQueries = new SchedulesQueries(db, schedules);
  return {
    inventory,
    promises,
    reservations,
    orders,
    progress,
    planner,
    stock,
    releases,
    pickingQueries,
    withdraw,
    undos,
    leftOut,
    remedies: new RemediesService(progress, orders),
    schedules,
    scheduleSetup: new ScheduleSetupService(db),
    schedulesQueries,
    waiting: new WaitingQueries(db, channels, schedulesQueries, work),
    merges: new WaveMergeService(db, waves),
    putBacks,
    replenishments: new ReplenishmentsService(db, inventory, blocked),
    steps,
    waveRuns,
    adjustments: new AdjustmentsService(db, inventory),
    counts: new CountsService(db, inventory),
    intake: new IntakeService(db, promises),
    ordersQueries: new OrdersQueries(db),
    backorders: new BackordersService(promises),
    waves,
    channels,
    work,
    releaseQueries: new ReleaseQueries(db, channels, work, rivals),
    ...waveReads(db, { runner, work, rivals }),
    runner,
    gates,
    ...wallServices(db, { inventory, progress, shorts }),
    problems: new ProblemsService(db, inventory),
    ...receivingServices(db, inventory),
    runs: new RunsService(db, progress, pickingQueries, new NoScreens()),
    picks: new PicksService(db, inventory, reservations, progress, shorts, releases),
  };
}

function wallServices(
  db: Floor['db'],
  {
    inventory,
    progress,
    shorts,
  }: { inventory: InventoryService; progress: OrderProgressService; shorts: ShortsService },
) {
  const lights = new DeviceCommandsService(new NoEdge());
  return {
    walls: new PutWallsService(db, inventory, progress, lights, new WallShortsService(shorts)),
    putUndo: new PutUndoService(db, inventory, progress),
    wallSetup: new PutWallSetupService(db, new SiteSetup()),
  };
}

/** The steps of a wave, as the pipeline goes through them. */
function pipelineOf(
  db: Floor['db'],
  {
    planner,
    stock,
    waveRuns,
  }: { planner: PlannerService; stock: WaveStockService; waveRuns: WaveRunsService },
) {
  const cartons = new WaveCartonsService(db, planner);
  return new PipelineService(
    stock,
    new WaveReplenishService(db),
    cartons,
    waveRuns,
    new WaveAssignService(db),
  );
}

/** Goods in: announced, received, put away. */
function receivingServices(db: Floor['db'], inventory: InventoryService) {
  const receivingQueries = new ReceivingQueries(db);
  const announcements = new AnnouncementsService(db, receivingQueries);
  return {
    receivingQueries,
    receiving: new ReceivingService(db, inventory, receivingQueries, announcements),
    putAways: new PutAwayService(db, inventory, receivingQueries),
  };
}

/** What people ask of waves. */
function waveReads(
  db: Floor['db'],
  { runner, work, rivals }: { runner: PlanRunnerService; work: WorkInProgressService; rivals: RivalsQueries },
) {
  return {
    wavesQueries: new WavesQueries(db, work),
    dryRuns: new DryRunService(db, runner),
    templates: new TemplatesService(db),
    templatesQueries: new TemplatesQueries(db),
    matches: new MatchQueries(db, rivals),
    faults: new FaultsQueries(db),
    explains: new ExplainQueries(db),
    floorMaps: new FloorMapQueries(db),
    waveRunsQueries: new WaveRunsQueries(db),
  };
}

export type FloorServices = ReturnType<typeof floorServices>;
