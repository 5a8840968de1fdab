import { rows, type Tx } from './database.service.js';
import { newId } from './ids.js';

/** Who has to look at it: the queue under which the control tower lists it. */
export type OwnerQueue =
  | 'conveyor'
  | 'packing'
  | 'picking'
  | 'receiving'
  | 'shipping'
  | 'devices'
  | 'supervisor';

/**
 * Something that people must see to. A record beside the state of its subject, never a state of its own. What may be done about
 * each code stands in control-tower/exception-catalogue.ts.
 */
export interface NewException {
  code: string;
  subjectKind: 'order' | 'parcel' | 'arrival' | 'lane' | 'task' | 'location' | 'device' | 'event' | 'channel';
  subjectId: string;
  orderId?: string | null;
  parcelId?: string | null;
  merchantId?: string | null;
  owner: OwnerQueue;
  /** One sentence for the person who looks at it. */
  detail: string;
}

/** Opens exceptions; one that is open already for the same code and subject stays as it is. */
export async function openExceptions(tx: Tx, list: NewException[]): Promise<void> {
  if (list.length === 0) return;
  await rows(
    tx,
    `insert into exceptions (site_id, id, code, subject_kind, subject_id, order_id, parcel_id, merchant_id, owner_queue,
       detail, opened_at)
     select $1, e.id, e.code, e.subject_kind, e.subject_id, e.order_id, e.parcel_id, e.merchant_id, e.owner_queue, e.detail, $2
     from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::text[], $11::text[])
       as e (id, code, subject_kind, subject_id, order_id, parcel_id, merchant_id, owner_queue, detail)
     on conflict do nothing`,
    [
      tx.siteId,
      tx.at,
      list.map(() => newId()),
      list.map((each) => each.code),
      list.map((each) => each.subjectKind),
      list.map((each) => each.subjectId),
      list.map((each) => each.orderId ?? null),
      list.map((each) => each.parcelId ?? null),
      list.map((each) => each.merchantId ?? null),
      list.map((each) => each.owner),
      list.map((each) => each.detail),
    ],
  );
}

export async function openException(tx: Tx, exception: NewException): Promise<void> {
  await openExceptions(tx, [exception]);
}

/**
 * Closes the open exceptions of a subject, or of several; all codes where none is named.
 * @returns the codes that were open
 */
export async function resolveExceptions(
  tx: Tx,
  subject: string | readonly string[],
  resolution: string,
  codes: string[] | null = null,
): Promise<string[]> {
  const closed = await rows<{ code: string }>(
    tx,
    `update exceptions set resolved_at = $3, resolved_by = $4, resolution = $5
     where site_id = $1 and subject_id = any($2::uuid[]) and resolved_at is null and ($6::text[] is null or code = any($6::text[]))
     returning code`,
    [tx.siteId, typeof subject === 'string' ? [subject] : subject, tx.at, tx.actorName, resolution, codes],
  );
  return closed.map(({ code }) => code);
}

/** An answer to the open exceptions of one subject. */
export interface Answer {
  subjectId: string;
  resolution: string;
}

/** {@link resolveExceptions} of many subjects, each with its own answer. */
export async function answerExceptions(
  tx: Tx,
  answers: readonly Answer[],
  codes: readonly string[],
): Promise<void> {
  if (answers.length === 0) return;
  await rows(
    tx,
    `update exceptions e set resolved_at = $2, resolved_by = $3, resolution = a.resolution
     from unnest($4::uuid[], $5::text[]) as a (subject_id, resolution)
     where e.site_id = $1 and e.subject_id = a.subject_id and e.resolved_at is null and e.code = any($6::text[])`,
    [
      tx.siteId,
      tx.at,
      tx.actorName,
      answers.map(({ subjectId }) => subjectId),
      answers.map(({ resolution }) => resolution),
      codes,
    ],
  );
}
