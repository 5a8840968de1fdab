import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import type {
  Allocation,
  AllocationRequest,
  OrderSelection,
  SelectOrdersRequest,
  SlottingAdvice,
  SlottingRequest,
} from '#lib/planning';
import type { StepControl } from './pipeline-step.js';
import type {
  BatchAnswer,
  BatchTask,
  CartoniseAnswer,
  CartoniseTask,
  RoutedRunOf,
  RouteTask,
} from './planning.worker.js';

/** Beyond this, and the time that a search was given, a plan is given up: the worker is ended and the step fails. */
const GRACE_MS = 120_000;
/** Searches that may take longer go to a thread of their own, so that channels go on planning beside them. */
const SHORT_SEARCH_MS = 2_500;

/** Plans in worker threads, so that scans are answered while a large wave is being worked out. */
@Injectable()
export class PlannerService implements OnApplicationShutdown {
  private readonly pools = new Map<'short' | 'long', Piscina>();
  /** Time that was spent waiting for plans, since the start. */
  busyMs = 0;

  select(request: SelectOrdersRequest): Promise<OrderSelection> {
    return this.run('select', request);
  }

  allocate(request: AllocationRequest): Promise<Allocation> {
    return this.run('allocate', request);
  }

  batch(task: Omit<BatchTask, 'flags'>, { flags, signal }: StepControl): Promise<BatchAnswer> {
    return this.run('batch', { ...task, flags }, { timeLimitMs: task.timeLimitMs, signal });
  }

  route(task: RouteTask): Promise<RoutedRunOf[]> {
    return this.run('route', task);
  }

  cartonise(task: CartoniseTask, { signal }: StepControl): Promise<CartoniseAnswer> {
    return this.run('cartonise', task, { timeLimitMs: 0, signal });
  }

  slotting(request: SlottingRequest): Promise<SlottingAdvice> {
    return this.run('slotting', request);
  }

  async onApplicationShutdown(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  private async run<T>(
    name: string,
    task: unknown,
    limits: { timeLimitMs: number; signal?: AbortSignal } = { timeLimitMs: 0 },
  ): Promise<T> {
    const { timeLimitMs, signal } = limits;
    const pool = this.poolOf(timeLimitMs > SHORT_SEARCH_MS ? 'long' : 'short');
    const timeout = AbortSignal.timeout(timeLimitMs + GRACE_MS);
    const beganMs = performance.now();
    try {
      return (await pool.run(task, {
        name,
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      })) as T;
    } finally {
      this.busyMs += performance.now() - beganMs;
    }
  }

  private poolOf(kind: 'short' | 'long'): Piscina {
    const pool = this.pools.get(kind) ?? openPool();
    this.pools.set(kind, pool);
    return pool;
  }
}

function openPool(): Piscina {
  const fromSource = import.meta.filename.endsWith('.ts');
  return new Piscina({
    filename: join(import.meta.dirname, `planning.worker.${fromSource ? 'ts' : 'js'}`),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 60_000,
    execArgv: fromSource ? ['--import', '@swc-node/register/esm-register', '--conditions=source'] : [],
  });
}
