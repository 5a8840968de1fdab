import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import type {
  Allocation,
  AllocationRequest,
  OrderSelection,
  RunsPlan,
  SelectOrdersRequest,
} from '#lib/planning';
import type { BatchTask, CartoniseTask, RoutedRunOf, RouteTask } from './planning.worker.js';

/** Beyond this a plan is given up: the worker is ended and the step fails. */
const LIMIT_MS = 120_000;

/** Plans in worker threads, so that scans are answered while a large wave is being worked out. */
@Injectable()
export class PlannerService implements OnApplicationShutdown {
  private pool: Piscina | null = null;

  select(request: SelectOrdersRequest): Promise<OrderSelection> {
    return this.run('select', request);
  }

  allocate(request: AllocationRequest): Promise<Allocation> {
    return this.run('allocate', request);
  }

  batch(task: BatchTask): Promise<RunsPlan & { firstComeMm: number }> {
    return this.run('batch', task);
  }

  route(task: RouteTask): Promise<RoutedRunOf[]> {
    return this.run('route', task);
  }

  cartonise(task: CartoniseTask): Promise<{ cartons: Record<string, number>; unpackedOrders: string[] }> {
    return this.run('cartonise', task);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
    this.pool = null;
  }

  private run<T>(name: string, task: unknown): Promise<T> {
    this.pool ??= openPool();
    return this.pool.run(task, { name, signal: AbortSignal.timeout(LIMIT_MS) }) as Promise<T>;
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
