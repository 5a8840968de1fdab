import type { Me, RoleName, StationView } from '#lib/contracts';
import { row, rows, type Tx } from '../platform/database.service.js';

export interface PersonRow {
  id: string;
  name: string;
  email: string | null;
  password_hash: string | null;
  badge: string | null;
  pin_hash: string | null;
  language: string;
  active: boolean;
}

export function findByEmail(tx: Tx, email: string): Promise<PersonRow | null> {
  return row(tx, 'select * from people where email = $1 and active', [email]);
}

export function findByBadge(tx: Tx, badge: string): Promise<PersonRow | null> {
  return row(tx, 'select * from people where badge = $1 and active', [badge]);
}

export interface RolesAtSite {
  siteId: number;
  siteCode: string;
  roles: RoleName[];
}

/** Where a person works and as what, by site. */
export async function rolesOf(tx: Tx, personId: string): Promise<RolesAtSite[]> {
  return rows(
    tx,
    `select s.id as "siteId", s.code as "siteCode", array_agg(r.role order by r.role) as roles
     from person_roles r join sites s on s.id = r.site_id
     where r.person_id = $1 group by s.id, s.code order by s.id`,
    [personId],
  );
}

export interface SessionRow {
  id: string;
  person_id: string;
  name: string;
  language: string;
  face: 'office' | 'floor';
  station_id: string | null;
  expires_at: Date;
  roles: RoleName[];
}

/** The living session of a token, with the person's roles of this moment. */
export function findSession(tx: Tx, tokenHash: string): Promise<SessionRow | null> {
  return row(
    tx,
    `select s.id, s.person_id, p.name, p.language, s.face, s.station_id, s.expires_at,
       array(select r.role from person_roles r where r.person_id = p.id and r.site_id = s.site_id) as roles
     from sessions s join people p on p.id = s.person_id
     where s.site_id = $1 and s.token_hash = $2 and s.ended_at is null and s.expires_at > $3 and p.active`,
    [tx.siteId, tokenHash, tx.at],
  );
}

export async function findStation(tx: Tx, code: string): Promise<{ id: string } | null> {
  return row(tx, 'select id from stations where site_id = $1 and code = $2', [tx.siteId, code]);
}

/** A station with what stands on it. */
export async function stationView(tx: Tx, stationId: string): Promise<StationView | null> {
  const station = await row<Omit<StationView, 'devices'>>(
    tx,
    'select id, code, kind, name from stations where site_id = $1 and id = $2',
    [tx.siteId, stationId],
  );
  if (!station) return null;
  const devices = await rows<StationView['devices'][number]>(
    tx,
    'select code, kind, state from devices where site_id = $1 and station_id = $2 order by code',
    [tx.siteId, stationId],
  );
  return { ...station, devices };
}

export async function siteView(tx: Tx): Promise<Me['site']> {
  const site = await row<Me['site']>(tx, 'select id, code, name, timezone from sites where id = $1', [
    tx.siteId,
  ]);
  return site!;
}

export async function sessionEnd(tx: Tx, sessionId: string): Promise<Date> {
  const session = await row<{ expires_at: Date }>(
    tx,
    'select expires_at from sessions where site_id = $1 and id = $2',
    [tx.siteId, sessionId],
  );
  return session!.expires_at;
}
