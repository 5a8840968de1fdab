import type { AgentView, DeviceView, StationView } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';
import { deviceViewOf, type ShownDevice } from './device-view.js';
import { IS_FENCED } from './identity-twice.js';

interface DeviceRow extends ShownDevice {
  agentId: string;
  agent: string;
  linkConfig: Record<string, unknown>;
  config: Record<string, unknown>;
}

interface AgentRow {
  id: string;
  code: string;
  name: string;
  online: boolean;
  last_seen_at: Date | null;
  state: { outboxDepth?: number; oldestUnsentAt?: string | null; version?: string };
  fenced: boolean;
}

/** All agents of the site with their devices. */
export async function agentViews(tx: Tx): Promise<AgentView[]> {
  const agents = await rows<AgentRow>(
    tx,
    `select a.id, a.code, a.name, a.online, a.last_seen_at, a.state, ${IS_FENCED} as fenced from agents a
     where a.site_id = $1 order by a.code`,
    [tx.siteId],
  );
  const devices = await deviceRows(tx);
  return agents.map((agent) => ({
    id: agent.id,
    code: agent.code,
    name: agent.name,
    online: agent.online,
    lastSeenAt: agent.last_seen_at?.toISOString() ?? null,
    outboxDepth: agent.state.outboxDepth ?? 0,
    oldestUnsentAt: agent.state.oldestUnsentAt ?? null,
    version: agent.state.version ?? null,
    fenced: agent.fenced,
    devices: devices.filter((each) => each.agentId === agent.id).map(deviceViewOf),
  }));
}

/** A device with its settings, as the console edits them and an agent is configured with them. */
export type DeviceWithConfig = Omit<DeviceView, 'link'> & {
  agent: string;
  link: Record<string, unknown>;
  config: Record<string, unknown>;
};

export async function devicesWithConfig(tx: Tx, code: string | null = null): Promise<DeviceWithConfig[]> {
  const found = await deviceRows(tx, code);
  return found.map((each) => ({
    ...deviceViewOf(each),
    agent: each.agent,
    link: each.linkConfig,
    config: each.config,
  }));
}

/** The devices that stand at a station, for its screen. */
export function devicesAt(tx: Tx, stationId: string): Promise<StationView['devices']> {
  return rows(
    tx,
    'select code, kind, state from devices where site_id = $1 and station_id = $2 and removed_at is null order by code',
    [tx.siteId, stationId],
  );
}

function deviceRows(tx: Tx, code: string | null = null): Promise<DeviceRow[]> {
  return rows(
    tx,
    `select d.id, d.code, d.kind, d.driver, d.simulated, s.code as station, d.state, d.state_since as "stateSince",
       d.state_reason as reason, d.last_reading_at as "lastReadingAt", d.last_reading as "lastReading",
       d.agent_id as "agentId", a.code as agent, a.online as "agentOnline", d.link as "linkConfig", d.config,
       jsonb_path_query_first(a.inventory, '$.devices[*] ? (@.device == $code)', jsonb_build_object('code', d.code)) as born
     from devices d join agents a on a.site_id = d.site_id and a.id = d.agent_id
     left join stations s on s.site_id = d.site_id and s.id = d.station_id
     where d.site_id = $1 and d.removed_at is null and ($2::text is null or d.code = $2) order by d.code`,
    [tx.siteId, code],
  );
}
