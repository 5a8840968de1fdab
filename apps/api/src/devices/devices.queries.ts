import type { AgentView, DeviceState, DeviceView, StationView } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';
import { adviceFor } from './advice.js';

interface DeviceRow {
  id: string;
  agent_id: string;
  agent: string;
  link: Record<string, unknown>;
  config: Record<string, unknown>;
  code: string;
  kind: string;
  driver: string;
  station: string | null;
  state: DeviceState;
  state_since: Date | null;
  state_reason: string | null;
  last_reading_at: Date | null;
  last_reading: { kind: string; data: unknown } | null;
}

interface AgentRow {
  id: string;
  code: string;
  name: string;
  online: boolean;
  last_seen_at: Date | null;
  state: { outboxDepth?: number; oldestUnsentAt?: string | null; version?: string; fenced?: boolean };
}

/** All agents of the site with their devices. */
export async function agentViews(tx: Tx): Promise<AgentView[]> {
  const agents = await rows<AgentRow>(
    tx,
    'select id, code, name, online, last_seen_at, state from agents where site_id = $1 order by code',
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
    fenced: agent.state.fenced ?? false,
    devices: devices.filter((each) => each.agent_id === agent.id).map(deviceView),
  }));
}

/** A device with its settings, as the console edits them and an agent is configured with them. */
export type DeviceWithConfig = DeviceView & {
  agent: string;
  link: Record<string, unknown>;
  config: Record<string, unknown>;
};

export async function devicesWithConfig(tx: Tx, code: string | null = null): Promise<DeviceWithConfig[]> {
  const found = await deviceRows(tx, code);
  return found.map((each) => ({
    ...deviceView(each),
    agent: each.agent,
    link: each.link,
    config: each.config,
  }));
}

/** The devices that stand at a station, for its screen. */
export function devicesAt(tx: Tx, stationId: string): Promise<StationView['devices']> {
  return rows(
    tx,
    'select code, kind, state from devices where site_id = $1 and station_id = $2 order by code',
    [tx.siteId, stationId],
  );
}

function deviceRows(tx: Tx, code: string | null = null): Promise<DeviceRow[]> {
  return rows(
    tx,
    `select d.id, d.agent_id, a.code as agent, d.link, d.config, d.code, d.kind, d.driver, s.code as station, d.state, d.state_since, d.state_reason,
       d.last_reading_at, d.last_reading
     from devices d join agents a on a.site_id = d.site_id and a.id = d.agent_id
     left join stations s on s.site_id = d.site_id and s.id = d.station_id
     where d.site_id = $1 and ($2::text is null or d.code = $2) order by d.code`,
    [tx.siteId, code],
  );
}

function deviceView(device: DeviceRow): DeviceView {
  const { id, code, kind, driver, station, state, state_reason: reason, last_reading: last } = device;
  return {
    id,
    code,
    kind,
    driver,
    station,
    state,
    stateSince: device.state_since?.toISOString() ?? null,
    reason,
    advice: adviceFor(kind, state, reason),
    lastReadingAt: device.last_reading_at?.toISOString() ?? null,
    lastReading: last ? `${last.kind} ${JSON.stringify(last.data)}`.slice(0, 200) : null,
  };
}
