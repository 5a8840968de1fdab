import type { AgentView, DeviceState, DeviceView, StepView, WaveView } from '#lib/contracts';
import { adviceFor } from '../devices/advice.js';
import { rows, type Tx } from '../platform/database.service.js';

type WaveRow = Omit<WaveView, 'number' | 'createdAt' | 'releasedAt' | 'cutOffAt'> & {
  number: string;
  createdAt: Date;
  releasedAt: Date | null;
  cutOffAt: Date | null;
};

/** Waves in the making and on the floor, and those that ended in the last hour; the newest first. */
export async function boardWaves(tx: Tx): Promise<WaveView[]> {
  const found = await rows<WaveRow>(
    tx,
    `with shown as (
       select * from waves where site_id = $1 and (state not in ('completed', 'cancelled')
         or coalesce(completed_at, created_at) > $2::timestamptz - interval '1 hour') order by number desc limit 12),
     lines as (
       select x.wave_id, count(*) filter (where l.state in ('picked', 'packed', 'shipped')) as picked,
         count(*) filter (where x.state = 'short' or l.state = 'closed-short') as short
       from wave_lines x join order_lines l on l.site_id = x.site_id and l.id = x.order_line_id
       where x.site_id = $1 and x.wave_id in (select id from shown) group by x.wave_id),
     sent as (
       select wave_id, count(*) filter (where state in ('packed', 'staged', 'shipped', 'delivered')) as packed,
         count(*) filter (where state in ('shipped', 'delivered')) as shipped, min(cut_off_at) as cut_off_at
       from orders where site_id = $1 and wave_id in (select id from shown) group by wave_id)
     select w.id, w.number, w.state, t.name as template, c.name as channel, w.order_count as "orderCount",
       w.line_count as "lineCount", w.unit_count as "unitCount", coalesce(l.picked, 0)::int as "pickedLines",
       coalesce(l.short, 0)::int as "shortLines", coalesce(s.packed, 0)::int as "packedOrders",
       coalesce(s.shipped, 0)::int as "shippedOrders", s.cut_off_at as "cutOffAt", w.created_at as "createdAt",
       w.released_at as "releasedAt", w.reason, w.summary,
       coalesce((select json_agg(json_build_object('name', p.name, 'state', p.state, 'attempts', p.attempts, 'durationMs',
           (extract(epoch from p.ended_at - p.started_at) * 1000)::int, 'log', p.log) order by p.position)
         from wave_steps p where p.site_id = w.site_id and p.wave_id = w.id), '[]'::json) as steps
     from shown w join wave_templates t on t.site_id = w.site_id and t.id = w.template_id
     left join release_channels c on c.site_id = w.site_id and c.id = w.channel_id
     left join lines l on l.wave_id = w.id left join sent s on s.wave_id = w.id order by w.number desc`,
    [tx.siteId, tx.at],
  );
  return found.map((wave) => ({
    ...wave,
    number: Number(wave.number),
    steps: wave.steps.map((step: StepView) => ({
      ...step,
      log: Array.isArray(step.log) ? step.log.map(String) : [],
    })),
    cutOffAt: wave.cutOffAt?.toISOString() ?? null,
    createdAt: wave.createdAt.toISOString(),
    releasedAt: wave.releasedAt?.toISOString() ?? null,
  }));
}

interface AgentRow {
  id: string;
  code: string;
  name: string;
  online: boolean;
  lastSeenAt: Date | null;
  state: { outboxDepth?: number; oldestUnsentAt?: string | null; version?: string; fenced?: boolean };
}

interface DeviceRow {
  agentId: string;
  id: string;
  code: string;
  kind: string;
  driver: string;
  station: string | null;
  state: DeviceState;
  stateSince: Date | null;
  reason: string | null;
  lastReadingAt: Date | null;
  lastReading: { kind?: string; data?: unknown } | null;
}

/** Agents with their devices, and in plain words what to do about those in trouble. */
export async function boardAgents(tx: Tx): Promise<AgentView[]> {
  const agents = await rows<AgentRow>(
    tx,
    `select id, code, name, online, last_seen_at as "lastSeenAt", state from agents where site_id = $1 order by code`,
    [tx.siteId],
  );
  const devices = await rows<DeviceRow>(
    tx,
    `select d.agent_id as "agentId", d.id, d.code, d.kind, d.driver, s.code as station, d.state, d.state_since as "stateSince",
       d.state_reason as reason, d.last_reading_at as "lastReadingAt", d.last_reading as "lastReading"
     from devices d left join stations s on s.site_id = d.site_id and s.id = d.station_id
     where d.site_id = $1 order by d.code`,
    [tx.siteId],
  );
  return agents.map(({ state, lastSeenAt, ...agent }) => ({
    ...agent,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    outboxDepth: state.outboxDepth ?? 0,
    oldestUnsentAt: state.oldestUnsentAt ?? null,
    version: state.version ?? null,
    fenced: state.fenced ?? false,
    devices: devices.filter((each) => each.agentId === agent.id).map(deviceView),
  }));
}

function deviceView({
  agentId: _agent,
  lastReading,
  stateSince,
  lastReadingAt,
  ...device
}: DeviceRow): DeviceView {
  return {
    ...device,
    stateSince: stateSince?.toISOString() ?? null,
    advice: adviceFor(device.kind, device.state, device.reason),
    lastReadingAt: lastReadingAt?.toISOString() ?? null,
    lastReading: lastReading
      ? `${lastReading.kind ?? 'reading'} ${JSON.stringify(lastReading.data ?? {})}`.slice(0, 120)
      : null,
  };
}
