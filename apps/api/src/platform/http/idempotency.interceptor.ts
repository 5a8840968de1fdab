import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, from, type Observable, of, switchMap } from 'rxjs';
import { currentActor, currentTrace } from '../context.js';
import { affected, Database, row, type Tx } from '../database.service.js';
import { Refusal } from '../refusal.js';
import { problemOf } from './problem.js';

const KEPT_DAYS = 7;
/** After this the process that took the key is taken for dead and the request may be tried again. */
const IN_PROGRESS_MS = 20_000;
/** Answers that say "not now" are not kept: the same request may succeed later. */
const NOT_KEPT = new Set([401, 403, 408, 425, 429, 503]);

interface Kept {
  request_hash: string;
  status: number | null;
  body: unknown;
  created_at: Date;
}

const ANSWERS_SECRET = 'wavehouse:answers-secret';

/** Marks a route whose answer shows a secret once: it is never kept, so an Idempotency-Key has no effect there. */
export const AnswersSecret = () => SetMetadata(ANSWERS_SECRET, true);

/**
 * A POST with an `Idempotency-Key` is carried out once: the first status and body are answered again for seven days, the
 * same key with another body is refused. Should the process die between the work and the note of its answer, the work is tried
 * again after a while, and the business keys (event ids, references) see to it that it happens once.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly db: Database,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const key = request.headers['idempotency-key'];
    const secret = this.reflector.get<boolean | undefined>(ANSWERS_SECRET, context.getHandler());
    // A streamed body answers per row and is idempotent by each row's own reference.
    if (
      request.method !== 'POST' ||
      key === undefined ||
      secret ||
      !currentActor() ||
      isStream(request.body)
    ) {
      return next.handle();
    }
    const checked = checkedKey(key);
    const hash = hashOf(request);
    const kept = await this.take(checked, hash);
    if (kept) return of(replay(reply, kept));
    return next.handle().pipe(
      switchMap(async (body: unknown) => {
        await this.keep(checked, reply.statusCode, body);
        return body;
      }),
      catchError((error: unknown) => from(this.keepFailure(checked, error))),
    );
  }

  /** Takes the key for this request; answers what is kept if it was carried out before. */
  private take(key: string, hash: string): Promise<Kept | null> {
    return this.db.transaction(async (tx) => {
      const taken = await affected(
        tx,
        `insert into idempotency_keys (site_id, actor, key, request_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
        [tx.siteId, tx.actorName, key, hash, tx.at, new Date(tx.at.getTime() + KEPT_DAYS * 86_400_000)],
      );
      if (taken === 1) return null;
      const kept = await row<Kept>(
        tx,
        `select request_hash, status, body, created_at from idempotency_keys
         where site_id = $1 and actor = $2 and key = $3 for update`,
        [tx.siteId, tx.actorName, key],
      );
      if (!kept) throw inProgress();
      if (kept.request_hash !== hash) {
        throw new Refusal('request.key-reused', 'This Idempotency-Key was used for another request.');
      }
      if (kept.status !== null) return kept;
      if (tx.at.getTime() - kept.created_at.getTime() < IN_PROGRESS_MS) throw inProgress();
      await this.retake(tx, key);
      return null;
    });
  }

  private async retake(tx: Tx, key: string): Promise<void> {
    await affected(
      tx,
      'update idempotency_keys set created_at = $4 where site_id = $1 and actor = $2 and key = $3',
      [tx.siteId, tx.actorName, key, tx.at],
    );
  }

  private async keep(key: string, status: number, body: unknown): Promise<void> {
    await this.db.transaction((tx) =>
      affected(
        tx,
        `update idempotency_keys set status = $4, body = $5
         where site_id = $1 and actor = $2 and key = $3 and status is null`,
        [tx.siteId, tx.actorName, key, status, JSON.stringify(body ?? null)],
      ),
    );
  }

  /** Keeps a refusal like any answer; after a fault the key is free again. */
  private async keepFailure(key: string, error: unknown): Promise<never> {
    const { problem } = problemOf(error, currentTrace());
    if (problem.status < 500 && !NOT_KEPT.has(problem.status)) await this.keep(key, problem.status, problem);
    else {
      await this.db.transaction((tx) =>
        affected(
          tx,
          'delete from idempotency_keys where site_id = $1 and actor = $2 and key = $3 and status is null',
          [tx.siteId, tx.actorName, key],
        ),
      );
    }
    throw error;
  }
}

function replay(reply: FastifyReply, kept: Kept): unknown {
  void reply.status(kept.status!).header('idempotency-replayed', 'true');
  if (kept.status! >= 400) void reply.header('content-type', 'application/problem+json');
  return kept.body;
}

function checkedKey(key: string | string[]): string {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new Refusal('request.key-invalid', 'An Idempotency-Key has 1 to 128 visible ASCII characters.', {
    status: 400,
  });
}

function inProgress(): Refusal {
  return new Refusal('request.in-progress', 'The same request is being carried out right now. Try again.', {
    status: 503,
    retryAfterSeconds: 1,
  });
}

function isStream(body: unknown): boolean {
  return typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
}

function hashOf(request: FastifyRequest): string {
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`);
  return hash.update(JSON.stringify(request.body ?? null)).digest('hex');
}
