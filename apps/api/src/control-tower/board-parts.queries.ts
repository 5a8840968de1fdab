import type { AgentView, StepView, WaveView } from '#lib/contracts';
import { deviceViewOf, type ShownDevice } from '../devices/device-view.js';
import { IS_FENCED } from '../devices/identity-twice.js';
import { rows, type Tx } from '../platform/database.service.js';
import { blockerOf } from '../waves/wave-blocker.js';

type WaveRow = Omit<WaveView, 'number' | 'createdAt' | 'releasedAt' | 'cutOffAt' | 'blocker' | 'progress'> & {
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
         count(*) filter (where x.state = 'short' or l.state = 'closed-short') as short,
         count(*) filter (where x.fault is not null) as faults
       from wave_lines x join order_lines l on l.site_id = x.site_id and l.id = x.order_line_id
       where x.site_id = $1 and x.wave_id in (select id from shown) group by x.wave_id),
     sent as (
       select wave_id, count(*) filter (where state in ('packed', 'staged', 'shipped', 'delivered')) as packed,
         count(*) filter (where state in ('shipped', 'delivered')) as shipped, min(cut_off_at) as cut_off_at
       from orders where site_id = $1 and wave_id in (select id from shown) group by wave_id)
     select w.id, w.number, w.state, t.name as template, w.template_id as "templateId", c.name as channel, w.order_count as "orderCount",
       w.line_count as "lineCount", w.unit_count as "unitCount", coalesce(l.picked, 0)::int as "pickedLines",
       coalesce(l.short, 0)::int as "shortLines", coalesce(l.faults, 0)::int as "faultCount", coalesce(s.packed, 0)::int as "packedOrders",
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
    blocker: blockerOf(wave, tx.at),
    // Pushed by itself while a wave is being planned.
    progress: null,
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
  state: { outboxDepth?: number; oldestUnsentAt?: string | null; version?: string };
  fenced: boolean;
}

type DeviceRow = ShownDevice & { agentId: string };

/** Agents with their devices, and in plain words what to do about those in trouble. */
export async function boardAgents(tx: Tx): Promise<AgentView[]> {
  const agents = await rows<AgentRow>(
    tx,
    `select a.id, a.code, a.name, a.online, a.last_seen_at as "lastSeenAt", a.state, ${IS_FENCED} as fenced from agents a
     where a.site_id = $1 order by a.code`,
    [tx.siteId],
  );
  const devices = await rows<DeviceRow>(
    tx,
    `select d.agent_id as "agentId", d.id, d.code, d.kind, d.driver, d.simulated, a.online as "agentOnline", s.code as station, d.state, d.state_since as "stateSince",
       d.state_reason as reason, d.last_reading_at as "lastReadingAt", d.last_reading as "lastReading",
       jsonb_path_query_first(a.inventory, '$.devices[*] ? (@.device == $code)', jsonb_build_object('code', d.code)) as born
     from devices d join agents a on a.site_id = d.site_id and a.id = d.agent_id
     left join stations s on s.site_id = d.site_id and s.id = d.station_id
     where d.site_id = $1 and d.removed_at is null order by d.code`,
    [tx.siteId],
  );
  return agents.map(({ state, lastSeenAt, ...agent }) => ({
    ...agent,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    outboxDepth: state.outboxDepth ?? 0,
    oldestUnsentAt: state.oldestUnsentAt ?? null,
    version: state.version ?? null,
    devices: devices.filter((each) => each.agentId === agent.id).map(deviceViewOf),
  }));
}
