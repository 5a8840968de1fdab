import { withContext } from '../context.js';
import { affected, Database, row, rows } from '../database.service.js';
import type { HeardEvent } from '../events.js';
import { openException } from '../exceptions.js';
import { log } from '../log.js';
import type { Listener } from '../registry.js';

export const ATTEMPTS_MAX = 10;
const FIRST_PAUSE_MS = 200;
const PAUSE_MAX_MS = 60_000;

/** What came of offering one event to one listener. */
export type Delivered = { outcome: 'done' | 'dead' } | { outcome: 'failed'; retryAt: Date };

/** How long to wait after the given number of failed attempts. */
export function pauseAfter(attempts: number): number {
  return Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
}

/**
 * Offers an event to a listener in one transaction with the note that it was done: the listener's writes and the note commit together,
 * so a second delivery of the same event finds the note and does nothing.
 */
export async function deliver(db: Database, listener: Listener, event: HeardEvent): Promise<Delivered> {
  const actor = { kind: 'system', name: listener.name, siteId: event.siteId } as const;
  return withContext(event.trace, actor, async () => {
    try {
      await db.transaction(async (tx) => {
        const first = await affected(
          tx,
          `insert into event_deliveries (site_id, event_id, listener, attempts, state, at)
           values ($1, $2, $3, 1, 'done', $4)
           on conflict (site_id, event_id, listener) do update
             set attempts = event_deliveries.attempts + 1, state = 'done', error = null, next_at = null, at = excluded.at
             where event_deliveries.state = 'failed'`,
          [tx.siteId, event.id, listener.name, tx.at],
        );
        if (first === 1) await listener.hear(tx, event);
      });
      return { outcome: 'done' };
    } catch (error) {
      return noteFailure(db, listener, event, error);
    }
  });
}

/**
 * Offers events of several aggregates to a listener that can hear them at once, in one transaction with the notes that it was done.
 * @returns the ids of those that it heard now; the others (also all of them, when it failed and nothing was written) are to be offered alone
 */
export async function deliverTogether(
  db: Database,
  listener: Listener,
  events: readonly [HeardEvent, ...HeardEvent[]],
): Promise<ReadonlySet<string>> {
  const [{ trace, siteId }] = events;
  const actor = { kind: 'system', name: listener.name, siteId } as const;
  try {
    return await withContext(trace, actor, () =>
      db.transaction(async (tx) => {
        const noted = await rows<{ id: string }>(
          tx,
          `insert into event_deliveries (site_id, event_id, listener, attempts, state, at)
           select $1, e.id, $3, 1, 'done', $4 from unnest($2::uuid[]) as e (id)
           on conflict (site_id, event_id, listener) do nothing returning event_id as id`,
          [tx.siteId, events.map(({ id }) => id), listener.name, tx.at],
        );
        const fresh = new Set(noted.map(({ id }) => id));
        await listener.hearAll!(
          tx,
          events.filter(({ id }) => fresh.has(id)),
        );
        return fresh;
      }),
    );
  } catch (error) {
    log.warn(
      { err: error, listener: listener.name, events: events.length },
      'events could not be heard together',
    );
    return new Set();
  }
}

async function noteFailure(
  db: Database,
  listener: Listener,
  event: HeardEvent,
  error: unknown,
): Promise<Delivered> {
  const text = error instanceof Error ? error.message : String(error);
  return db.transaction(async (tx) => {
    const earlier = await row<{ attempts: number }>(
      tx,
      'select attempts from event_deliveries where site_id = $1 and event_id = $2 and listener = $3',
      [tx.siteId, event.id, listener.name],
    );
    const attempts = (earlier?.attempts ?? 0) + 1;
    const dead = attempts >= ATTEMPTS_MAX;
    const retryAt = new Date(tx.at.getTime() + pauseAfter(attempts));
    const noted = await affected(
      tx,
      `insert into event_deliveries (site_id, event_id, listener, attempts, state, error, next_at, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (site_id, event_id, listener) do update
         set attempts = excluded.attempts, state = excluded.state, error = excluded.error,
             next_at = excluded.next_at, at = excluded.at
         where event_deliveries.state <> 'done'`,
      [
        tx.siteId,
        event.id,
        listener.name,
        attempts,
        dead ? 'dead' : 'failed',
        text,
        dead ? null : retryAt,
        tx.at,
      ],
    );
    // It was done all the same: only the answer to the COMMIT was lost, or another leader had delivered it by then.
    if (noted === 0) return { outcome: 'done' };
    log.error(
      { err: error, event: event.type, eventId: event.id, listener: listener.name, attempts },
      'a listener failed',
    );
    if (!dead) return { outcome: 'failed', retryAt };
    await openException(tx, {
      code: 'platform.delivery-dead',
      subjectKind: 'event',
      subjectId: event.id,
      orderId: event.orderId,
      parcelId: event.parcelId,
      merchantId: event.merchantId,
      owner: 'supervisor',
      detail: `${listener.name} failed ${attempts} times on ${event.type}: ${text}`,
    });
    return { outcome: 'dead' };
  });
}
