import type { OverrideKind, OverrideView } from '#lib/contracts';
import { row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';

/** An override that holds, as far as ending it needs. */
export interface Override {
  id: string;
  kind: OverrideKind;
  subjectId: string;
  laneId: string | null;
}

export interface NewOverrideRow {
  kind: OverrideKind;
  subjectId: string;
  /** Its code or SSCC, for the record. */
  subject: string;
  lane: { id: string; code: string } | null;
  reason: string;
  expiresAt: Date | null;
}

const ENDED_SHOWN = 20;

/** Writes down who set what, why and until when. One of the same kind that held before is replaced. */
export async function openOverride(tx: Tx, given: NewOverrideRow): Promise<string> {
  const { kind, subject, subjectId, lane, reason, expiresAt } = given;
  await closeOverrides(tx, { kind, subjectId, subject }, 'replaced');
  const id = newId();
  await rows(
    tx,
    `insert into flow_overrides (site_id, id, kind, subject_id, lane_id, reason, set_by, set_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [tx.siteId, id, kind, subjectId, lane?.id ?? null, reason, tx.actorName, tx.at, expiresAt],
  );
  const data = {
    kind,
    subject,
    lane: lane?.code ?? null,
    reason,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
  await addEvent(tx, { type: 'flow.override-set', aggregateId: subjectId, ...story(given), data });
  return id;
}

/** Writes down that an override no longer holds. @returns true when one did */
export async function closeOverrides(
  tx: Tx,
  of: { kind: OverrideKind; subjectId: string; subject: string },
  because: string,
): Promise<boolean> {
  const ended = await rows(
    tx,
    `update flow_overrides set ended_at = $4, ended_by = $5, ended_because = $6
     where site_id = $1 and kind = $2 and subject_id = $3 and ended_at is null returning id`,
    [tx.siteId, of.kind, of.subjectId, tx.at, tx.actorName, because],
  );
  if (ended.length === 0) return false;
  const data = { kind: of.kind, subject: of.subject, because };
  await addEvent(tx, { type: 'flow.override-ended', aggregateId: of.subjectId, ...story(of), data });
  return true;
}

/** The override with this id, locked; null when it no longer holds. */
export function lockOverride(tx: Tx, id: string): Promise<Override | null> {
  return row(
    tx,
    `select id, kind, subject_id as "subjectId", lane_id as "laneId" from flow_overrides
     where site_id = $1 and id = $2 and ended_at is null for update`,
    [tx.siteId, id],
  );
}

/** Overrides whose time is over, locked. */
export function lockExpired(tx: Tx): Promise<Override[]> {
  return rows(
    tx,
    `select id, kind, subject_id as "subjectId", lane_id as "laneId" from flow_overrides
     where site_id = $1 and ended_at is null and expires_at <= $2 order by id limit 50 for update skip locked`,
    [tx.siteId, tx.at],
  );
}

/** Those that hold, then those that ended last. */
export async function overrideViews(tx: Tx): Promise<OverrideView[]> {
  const found = await rows<Omit<OverrideView, 'setAt' | 'expiresAt' | 'endedAt'> & Times>(
    tx,
    `with shown as (
       (select * from flow_overrides where site_id = $1 and ended_at is null)
       union all
       (select * from flow_overrides where site_id = $1 and ended_at is not null order by ended_at desc limit ${ENDED_SHOWN}))
     select o.id, o.kind, coalesce(l.code, p.code, r.sscc, '?') as subject, t.code as lane, o.reason,
       coalesce(s.name, o.set_by) as "setBy", o.set_at as "setAt", o.expires_at as "expiresAt", o.ended_at as "endedAt",
       coalesce(e.name, o.ended_by) as "endedBy", o.ended_because as "endedBecause"
     from shown o
     left join lanes l on l.site_id = o.site_id and l.id = o.subject_id
     left join conveyor_points p on p.site_id = o.site_id and p.id = o.subject_id
     left join parcels r on r.site_id = o.site_id and r.id = o.subject_id
     left join lanes t on t.site_id = o.site_id and t.id = o.lane_id
     left join people s on o.set_by = 'person:' || s.id::text
     left join people e on o.ended_by = 'person:' || e.id::text
     order by o.ended_at desc nulls first, o.set_at desc`,
    [tx.siteId],
  );
  return found.map((each) => ({
    ...each,
    setAt: each.setAt.toISOString(),
    expiresAt: each.expiresAt?.toISOString() ?? null,
    endedAt: each.endedAt?.toISOString() ?? null,
  }));
}

interface Times {
  setAt: Date;
  expiresAt: Date | null;
  endedAt: Date | null;
}

/** What is done to a parcel belongs to its story. */
function story({ kind, subjectId }: { kind: OverrideKind; subjectId: string }) {
  return kind === 'parcel-lane' ? { parcelId: subjectId } : {};
}
