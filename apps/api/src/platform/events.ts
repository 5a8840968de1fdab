import { affected, rows, type Tx } from './database.service.js';
import { newId } from './ids.js';

/**
 * The facts that modules tell each other. Each module adds its own in `<module>.events.ts`:
 *
 *     declare module '../platform/events.js' {
 *       interface EventMap { 'picking.task-confirmed': { taskId: string; quantity: number } }
 *     }
 *
 * Facts with ids, no entities; names `module.noun-past-verb`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the modules through declaration merging
export interface EventMap {}

export type EventType = keyof EventMap;

export interface NewEvent<K extends EventType = EventType> {
  type: K;
  /** Events of one aggregate are delivered in order. */
  aggregateId: string;
  /** For the story of an order or a parcel. */
  orderId?: string | null;
  parcelId?: string | null;
  merchantId?: string | null;
  /** What it belongs to, where one transaction does the work of several; the transaction's own otherwise. */
  trace?: string;
  data: EventMap[K];
}

/** An event as a listener hears it. */
export interface HeardEvent<K extends EventType = EventType> extends NewEvent<K> {
  id: string;
  siteId: number;
  seq: number;
  actor: string;
  trace: string;
  at: Date;
}

/** Told after a commit in this process which kinds of events it wrote. */
export type CommitListener = (types: ReadonlySet<EventType>) => void;

const listeners = new Set<CommitListener>();

/**
 * For who wants to act at once on what this process commits, not at its next look: the relay, release. Nothing is promised: another
 * process hears nothing of it. @returns how to stop it.
 */
export function onEventsCommitted(listener: CommitListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Writes events in the transaction of the change they tell of; they are delivered after commit, at least once. */
export async function addEvents(tx: Tx, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await rows(
    tx,
    `insert into events (site_id, id, type, aggregate_id, order_id, parcel_id, merchant_id, data, actor, trace, at)
     select $1, e.id, e.type, e.aggregate_id, e.order_id, e.parcel_id, e.merchant_id, e.data, $2, e.trace, $3
     from unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::jsonb[], $11::text[])
       as e (id, type, aggregate_id, order_id, parcel_id, merchant_id, data, trace)
     on conflict do nothing`,
    [
      tx.siteId,
      tx.actorName,
      tx.at,
      events.map(() => newId()),
      events.map((event) => event.type),
      events.map((event) => event.aggregateId),
      events.map((event) => event.orderId ?? null),
      events.map((event) => event.parcelId ?? null),
      events.map((event) => event.merchantId ?? null),
      events.map((event) => JSON.stringify(event.data)),
      events.map((event) => event.trace ?? tx.trace),
    ],
  );
  tellAfterCommit(tx, new Set(events.map(({ type }) => type)));
}

/** Rows that each have an event, as they lie in the database. */
export interface EventRows {
  /** A `select` of aggregate_id, order_id, merchant_id, and data as the event has it. */
  sql: string;
  parameters: readonly unknown[];
  count: number;
}

/**
 * One event for each of these rows, written where they lie: the ten thousand orders of a wave do not come here and go back.
 * @throws Error when there is another number of rows.
 */
export async function addEventOfEach(tx: Tx, type: EventType, each: EventRows): Promise<void> {
  if (each.count === 0) return;
  const own = (n: number) => `$${each.parameters.length + n}`;
  const made = await affected(
    tx,
    `insert into events (site_id, id, type, aggregate_id, order_id, merchant_id, data, actor, trace, at)
     select ${own(1)}::int, n.id, ${own(2)}::text, e.aggregate_id, e.order_id, e.merchant_id, e.data, ${own(3)}::text, ${own(4)}::text,
       ${own(5)}::timestamptz
     from (select r.*, row_number() over () as place from (${each.sql}) r) e
     join unnest(${own(6)}::uuid[]) with ordinality as n (id, place) on n.place = e.place`,
    [
      ...each.parameters,
      tx.siteId,
      type,
      tx.actorName,
      tx.trace,
      tx.at,
      Array.from({ length: each.count }, newId),
    ],
  );
  if (made !== each.count) throw new Error(`${made} events of ${each.count} rows: ${type}`);
  tellAfterCommit(tx, new Set([type]));
}

function tellAfterCommit(tx: Tx, types: ReadonlySet<EventType>): void {
  tx.afterCommit(() => {
    for (const listener of listeners) listener(types);
  });
}

export async function addEvent<K extends EventType>(tx: Tx, event: NewEvent<K>): Promise<void> {
  await addEvents(tx, [event as NewEvent]);
}
