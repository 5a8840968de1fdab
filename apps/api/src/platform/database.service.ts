import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Clock } from '#lib/contracts';
import { CLOCK } from './clock.js';
import { type Actor, actorName, currentActor, currentTrace } from './context.js';
import { log } from './log.js';

/** One transaction as its work sees it: TypeORM's manager plus what every write needs to know. */
export interface Tx extends EntityManager {
  /** The site whose rows the work may touch; every floor query says `site_id = $n` with it. */
  readonly siteId: number;
  readonly actor: Actor;
  /** `person:<id>` and the like, for `opened_by` and events. */
  readonly actorName: string;
  readonly trace: string;
  /** One moment for all rows of the transaction. */
  readonly at: Date;
  /** Runs after COMMIT and only then: live pushes, wake-ups. Must not throw for the caller's sake; failures are logged. */
  afterCommit(effect: () => void): void;
}

/** Serialization failure, deadlock: the transaction did nothing and may be tried again. */
const RETRIABLE = new Set(['40001', '40P01']);
const ATTEMPTS_MAX = 4;

@Injectable()
export class Database {
  constructor(
    readonly source: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` in one transaction under the current actor's rights, again on deadlock (so `work` must have no effect
   * but through `tx`). A thrown error rolls everything back.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const actor = currentActor();
    if (!actor) throw new Error('No actor: a transaction needs one (withContext, asSystem)');
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(actor, work);
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !RETRIABLE.has(sqlState(error) ?? '')) throw error;
        await delay(5 * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  private async attempt<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
    const effects: (() => void)[] = [];
    const at = this.clock.now();
    const answer = await this.source.transaction(async (manager) => {
      const scope = actor.kind === 'merchant' ? 'merchant' : actor.siteId === null ? 'system' : 'site';
      const merchantId = actor.kind === 'merchant' ? actor.merchantId : null;
      await manager.query('select app_context($1, $2, $3)', [scope, actor.siteId, merchantId]);
      const tx = Object.assign(manager, {
        siteId: actor.siteId ?? 0,
        actor,
        actorName: actorName(actor),
        trace: currentTrace(),
        at,
        afterCommit: (effect: () => void) => {
          effects.push(effect);
        },
      }) as Tx;
      return work(tx);
    });
    for (const effect of effects) runEffect(effect);
    return answer;
  }
}

/** The commit stands whatever an effect does, so its failure is logged and goes no further. */
function runEffect(effect: () => void): void {
  try {
    effect();
  } catch (error) {
    log.error({ err: error }, 'an effect after commit failed');
  }
}

/** The rows of a SELECT or of a RETURNING clause (TypeORM's own `query` answers UPDATE and DELETE in another shape). */
export async function rows<T>(tx: Tx, sql: string, parameters: unknown[] = []): Promise<T[]> {
  const result = await tx.queryRunner!.query(sql, parameters, true);
  return result.records as T[];
}

/** The first row, or null. */
export async function row<T>(tx: Tx, sql: string, parameters: unknown[] = []): Promise<T | null> {
  return (await rows<T>(tx, sql, parameters))[0] ?? null;
}

/** How many rows a statement changed. */
export async function affected(tx: Tx, sql: string, parameters: unknown[] = []): Promise<number> {
  const result = await tx.queryRunner!.query(sql, parameters, true);
  return result.affected ?? result.records.length;
}

/** The SQLSTATE of a database error, wherever TypeORM or pg put it. */
export function sqlState(error: unknown): string | null {
  const outer = error as { code?: unknown; driverError?: { code?: unknown } };
  const code = outer?.driverError?.code ?? outer?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/**
 * The constraint that a database error names. On a distributed database `error.constraint` is empty and the message
 * carries a shard suffix, so the message is read as well (docs/adr/0002-keys-led-by-site.md).
 */
export function constraintName(error: unknown): string | null {
  const inner = (error as { driverError?: { constraint?: string; message?: string } })?.driverError ?? error;
  const { constraint, message } = inner as { constraint?: string; message?: string };
  const name = constraint || /constraint "([^"]+)"/.exec(message ?? '')?.[1];
  return name ? name.replace(/_\d+$/, '') : null;
}
