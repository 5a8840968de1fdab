import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import type {
  Allocation,
  AllocationRequest,
  CartonPlan,
  OrderSelection,
  SelectOrdersRequest,
  SlottingAdvice,
  SlottingRequest,
} from '#lib/planning';
import { Slots } from '../platform/slots.js';
import type { StepControl } from './pipeline-step.js';
import type {
  BatchAnswer,
  BatchTask,
  CartoniseAnswer,
  CartoniseTask,
  PackTask,
  RoutedRunOf,
  RouteTask,
} from './planning.worker.js';

/** Searches that may take longer go to a thread of their own, so that channels go on planning beside them. */
const SHORT_SEARCH_MS = 2_500;
/** The cartons of a usual wave are chosen within this; those of large baskets go on in the thread of long searches. */
const SHORT_CARTONS_MS = 500;

/** Of each lane: planning leaves a core of a small machine to those who scan. */
const THREADS = 1;

/** A worker thread with the turns in which it is asked: a task's time runs from when it begins, not while it waits. */
interface Lane {
  pool: Piscina;
  turns: Slots;
}

/** Who asks may give up waiting. */
type Stoppable = Partial<Pick<StepControl, 'signal'>>;

/** Plans in worker threads, so that scans are answered while a large wave is being worked out. */
@Injectable()
export class PlannerService implements OnApplicationShutdown {
  private readonly lanes = new Map<'short' | 'long', Lane>();
  /** Time that was spent waiting for plans, since the start. */
  busyMs = 0;
  /** Beyond this, and the time that a search was given, a task is given up: the worker is ended and the step fails. */
  graceMs = 120_000;

  select(request: SelectOrdersRequest, { signal }: Stoppable = {}): Promise<OrderSelection> {
    return this.run('select', request, { timeLimitMs: 0, signal });
  }

  allocate(request: AllocationRequest, { signal }: Stoppable = {}): Promise<Allocation> {
    return this.run('allocate', request, { timeLimitMs: 0, signal });
  }

  batch(task: Omit<BatchTask, 'flags'>, { flags, signal }: StepControl): Promise<BatchAnswer> {
    return this.run('batch', { ...task, flags }, { timeLimitMs: task.timeLimitMs, signal });
  }

  route(task: RouteTask, { signal }: Stoppable = {}): Promise<RoutedRunOf[]> {
    return this.run('route', task, { timeLimitMs: 0, signal });
  }

  /** The cartons of these orders, in their order, as far as the time goes; `openOrderIds` of the answer were not looked at. */
  async cartonise(
    task: Omit<CartoniseTask, 'flags'>,
    { flags, signal }: StepControl,
  ): Promise<CartoniseAnswer> {
    const { timeLimitMs } = task;
    const shortMs = timeLimitMs > SHORT_SEARCH_MS ? SHORT_CARTONS_MS : timeLimitMs;
    const first = await this.run<CartoniseAnswer>(
      'cartonise',
      { ...task, flags: null, timeLimitMs: shortMs },
      { timeLimitMs: shortMs, signal },
    );
    const open = new Set(first.openOrderIds);
    if (open.size === 0 || shortMs === timeLimitMs) return first;
    const orders = task.orders.filter(({ orderId }) => open.has(orderId));
    const rest = await this.run<CartoniseAnswer>(
      'cartonise',
      { ...task, orders, flags },
      { timeLimitMs, signal },
    );
    return {
      byOrder: [...first.byOrder, ...rest.byOrder],
      unfitOrderIds: [...first.unfitOrderIds, ...rest.unfitOrderIds],
      openOrderIds: rest.openOrderIds,
    };
  }

  /** The cartons of one basket, for a person who waits for them. */
  pack(task: PackTask, signal: AbortSignal): Promise<CartonPlan> {
    return this.run('pack', task, { timeLimitMs: 0, signal });
  }

  slotting(request: SlottingRequest): Promise<SlottingAdvice> {
    return this.run('slotting', request);
  }

  async onApplicationShutdown(): Promise<void> {
    const lanes = [...this.lanes.values()];
    this.lanes.clear();
    await Promise.all(lanes.map(({ pool }) => pool.destroy()));
  }

  private async run<T>(
    name: string,
    task: unknown,
    limits: { timeLimitMs: number; signal?: AbortSignal } = { timeLimitMs: 0 },
  ): Promise<T> {
    const { timeLimitMs, signal } = limits;
    const { pool, turns } = this.laneOf(timeLimitMs > SHORT_SEARCH_MS ? 'long' : 'short');
    const beganMs = performance.now();
    const work = async () => {
      const timeout = AbortSignal.timeout(timeLimitMs + this.graceMs);
      return (await pool.run(task, {
        name,
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      })) as T;
    };
    try {
      return await turns.run(work, signal);
    } finally {
      this.busyMs += performance.now() - beganMs;
    }
  }

  private laneOf(kind: 'short' | 'long'): Lane {
    const lane = this.lanes.get(kind) ?? { pool: openPool(), turns: new Slots(THREADS) };
    this.lanes.set(kind, lane);
    return lane;
  }
}

function openPool(): Piscina {
  const fromSource = import.meta.filename.endsWith('.ts');
  return new Piscina({
    filename: join(import.meta.dirname, `planning.worker.${fromSource ? 'ts' : 'js'}`),
    minThreads: 0,
    maxThreads: THREADS,
    idleTimeout: 60_000,
    execArgv: fromSource ? ['--import', '@swc-node/register/esm-register', '--conditions=source'] : [],
  });
}
