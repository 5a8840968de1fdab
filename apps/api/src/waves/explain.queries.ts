import { Injectable } from '@nestjs/common';
import type { ChoiceView, ExplanationView, ReasonView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { reasonViews } from './reason-texts.js';
import { blockerOf } from './wave-blocker.js';

export type Subject = ExplanationView['subject']['kind'];

interface ChoiceRow {
  kind: ChoiceView['kind'];
  at: Date;
  waveId: string | null;
  waveNumber: number | null;
  orderId: string | null;
  orderLineId: string | null;
  runId: string | null;
  chosen: string;
  because: unknown;
}

/** What is asked about, as ids that the choices are found by. */
interface Scope {
  label: string;
  orderIds: string[] | null;
  lineId: string | null;
  runId: string | null;
  waveId: string | null;
  waiting: ReasonView[];
}

/** More choices than this are not told at once. */
const CHOICES_MAX = 500;

const SCOPED = `($2::uuid[] is null or c."orderId" = any($2)) and ($3::uuid is null or c."orderLineId" = $3)
  and ($4::uuid is null or c."runId" = $4) and ($5::uuid is null or c."waveId" = $5)`;

/** Each kind of choice as rows of one shape: who chose what for whom, and the stored reasons. Narrowed inside by what was asked. */
const CHOICES: Record<string, string> = {
  selection: `select 'select' as kind, w.created_at as at, w.id as "waveId", w.number::int as "waveNumber", y.order_id as "orderId",
      null::uuid as "orderLineId", null::uuid as "runId", 'wave ' || w.number as chosen, y.because
    from wave_lines y join waves w on w.site_id = y.site_id and w.id = y.wave_id
    where y.site_id = $1 and (y.wave_id, y.order_line_id) in (select distinct on (f.wave_id, f.order_id) f.wave_id, f.order_line_id
      from wave_lines f where f.site_id = $1 and f.because is not null and ($2::uuid[] is null or f.order_id = any($2))
        and ($5::uuid is null or f.wave_id = $5) order by f.wave_id, f.order_id, f.order_line_id)`,
  leftOut: `select 'left-out' as kind, w.created_at as at, w.id as "waveId", w.number::int as "waveNumber", y.order_id as "orderId",
      y.order_line_id as "orderLineId", null::uuid as "runId", 'left out of wave ' || w.number as chosen,
      jsonb_build_array(coalesce(y.fault -> 'facts', '{}') || jsonb_build_object('code', coalesce(y.fault ->> 'code', 'removed'),
        'text', y.reason)) as because
    from wave_lines y join waves w on w.site_id = y.site_id and w.id = y.wave_id
    where y.site_id = $1 and y.reason is not null and ($2::uuid[] is null or y.order_id = any($2)) and ($5::uuid is null or y.wave_id = $5)`,
  bin: `select 'bin' as kind, w.created_at as at, w.id as "waveId", w.number::int as "waveNumber", l.order_id as "orderId",
      l.id as "orderLineId", t.run_id as "runId", v.quantity || ' of ' || i.sku || ' from ' || a.code as chosen, v.because
    from reservations v join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
    join items i on i.id = v.item_id join locations a on a.site_id = v.site_id and a.id = v.location_id
    left join waves w on w.site_id = v.site_id and w.id = v.wave_id
    left join tasks t on t.site_id = v.site_id and t.reservation_id = v.id
    where v.site_id = $1 and v.state <> 'released' and ($2::uuid[] is null or l.order_id = any($2))
      and ($5::uuid is null or (v.wave_id = $5
        and v.order_line_id in (select order_line_id from wave_lines where site_id = $1 and wave_id = $5)))`,
  carton: `select 'carton' as kind, w.created_at as at, w.id as "waveId", w.number::int as "waveNumber", p.order_id as "orderId",
      null::uuid as "orderLineId", null::uuid as "runId", 'carton ' || k.code as chosen, p.because
    from planned_cartons p join waves w on w.site_id = p.site_id and w.id = p.wave_id
    join carton_types k on k.site_id = p.site_id and k.id = p.carton_type_id
    where p.site_id = $1 and ($2::uuid[] is null or p.order_id = any($2))
      and ($5::uuid is null or (p.wave_id = $5 and p.order_id in (select order_id from wave_lines where site_id = $1 and wave_id = $5)))`,
  lane: `select 'lane' as kind, w.created_at as at, w.id as "waveId", w.number::int as "waveNumber", p.order_id as "orderId",
      null::uuid as "orderLineId", null::uuid as "runId", 'lane ' || n.code as chosen, p.lane_because as because
    from planned_cartons p join waves w on w.site_id = p.site_id and w.id = p.wave_id
    join lanes n on n.site_id = p.site_id and n.id = p.lane_id
    where p.site_id = $1 and ($2::uuid[] is null or p.order_id = any($2))
      and ($5::uuid is null or (p.wave_id = $5 and p.order_id in (select order_id from wave_lines where site_id = $1 and wave_id = $5)))`,
  run: `select 'run' as kind, r.created_at as at, w.id as "waveId", w.number::int as "waveNumber", s.order_id as "orderId",
      null::uuid as "orderLineId", r.id as "runId", 'run ' || r.number || coalesce(' in zone ' || z.code, '') || ', slot ' || coalesce(k.lpn, s.slot::text) as chosen,
      coalesce(r.because -> 'reasons', '[]') || coalesce(s.because, '[]') as because
    from run_slots s left join containers k on k.site_id = s.site_id and k.id = s.container_id and k.type = 'slot' join runs r on r.site_id = s.site_id and r.id = s.run_id
    join waves w on w.site_id = r.site_id and w.id = r.wave_id left join zones z on z.site_id = r.site_id and z.id = r.zone_id
    where s.site_id = $1 and ($2::uuid[] is null or s.order_id = any($2)) and ($5::uuid is null or r.wave_id = $5)`,
  replenish: `select 'replenish' as kind, p.created_at as at, w.id as "waveId", w.number::int as "waveNumber", null::uuid as "orderId",
      null::uuid as "orderLineId", null::uuid as "runId",
      p.quantity || ' of ' || i.sku || ' from ' || f.code || ' to ' || t.code as chosen, p.because
    from wave_replenishments p join waves w on w.site_id = p.site_id and w.id = p.wave_id join items i on i.id = p.item_id
    join locations f on f.site_id = p.site_id and f.id = p.from_location_id
    join locations t on t.site_id = p.site_id and t.id = p.to_location_id
    where p.site_id = $1 and $2::uuid[] is null and ($5::uuid is null or p.wave_id = $5)`,
};

const ALL = Object.values(CHOICES).join('\nunion all\n');

/** Why: the stored reasons of every choice that was made for an order, a line, a run, a parcel or a wave. */
@Injectable()
export class ExplainQueries {
  constructor(private readonly db: Database) {}

  explain(kind: Subject, id: string): Promise<ExplanationView> {
    return this.db.transaction(async (tx) => {
      const scope = await SCOPES[kind](tx, id);
      if (!scope) throw new Refusal('waves.unknown-subject', `There is no such ${kind}.`, { status: 404 });
      const found = await rows<ChoiceRow>(
        tx,
        `select * from (${ALL}) c where ${SCOPED} order by c.at, c.kind, c.chosen limit ${CHOICES_MAX}`,
        [tx.siteId, scope.orderIds, scope.lineId, scope.runId, scope.waveId],
      );
      return {
        subject: { kind, id, label: scope.label },
        choices: found.map(({ because, at, ...choice }) => ({
          ...choice,
          at: at.toISOString(),
          reasons: reasonViews(because),
        })),
        waiting: scope.waiting,
      };
    });
  }
}

/** What somebody must bring before the run can be picked. */
async function goodsOnTheirWay(tx: Tx, runId: string): Promise<ReasonView[]> {
  const moves = await rows<{ picks: number; sku: string; from: string; to: string }>(
    tx,
    `select count(*)::int as picks, i.sku, f.code as "from", a.code as "to" from tasks t
     join reservations v on v.site_id = t.site_id and v.id = t.reservation_id join items i on i.id = v.item_id
     join wave_replenishments p on p.site_id = v.site_id and p.id = v.replenishment_id
     join locations f on f.site_id = p.site_id and f.id = p.from_location_id
     join locations a on a.site_id = p.site_id and a.id = p.to_location_id
     where t.site_id = $1 and t.run_id = $2 and t.state = 'blocked' group by i.sku, f.code, a.code order by picks desc, i.sku`,
    [tx.siteId, runId],
  );
  return moves.map((move) => {
    const { picks, sku, from, to } = move;
    const waiting = picks === 1 ? '1 pick waits' : `${picks} picks wait`;
    return { code: 'goods-on-their-way', facts: move, text: `${waiting} for ${sku} from ${from} at ${to}` };
  });
}

const SCOPES: Record<Subject, (tx: Tx, id: string) => Promise<Scope | null>> = {
  order: (tx, id) => orderScope(tx, 'o.id = $2', id),
  parcel: (tx, id) =>
    orderScope(tx, 'o.id = (select order_id from parcels where site_id = $1 and id = $2)', id),
  line: async (tx, id) => {
    const scope = await orderScope(
      tx,
      'o.id = (select order_id from order_lines where site_id = $1 and id = $2)',
      id,
    );
    return scope && { ...scope, lineId: id };
  },
  run: async (tx, id) => {
    const run = await row<{ number: string; waveId: string; state: string; before: string | null }>(
      tx,
      `select r.number, r.wave_id as "waveId", r.state, b.number as before from runs r
       left join runs b on b.site_id = r.site_id and b.id = r.after_run_id and b.state <> 'done'
       where r.site_id = $1 and r.id = $2`,
      [tx.siteId, id],
    );
    if (!run) return null;
    const waits = run.state === 'blocked' ? run.before : null;
    const text = `the cart comes from run ${waits}`;
    const before = waits === null ? [] : [{ code: 'run-before', facts: { run: Number(waits) }, text }];
    const waiting = [...before, ...(await goodsOnTheirWay(tx, id))];
    return {
      label: `run ${run.number}`,
      orderIds: null,
      lineId: null,
      runId: id,
      waveId: run.waveId,
      waiting,
    };
  },
  wave: async (tx, id) => {
    const wave = await row<{
      number: string;
      state: string;
      reason: string | null;
      releasedAt: Date | null;
      pickedLines: number;
    }>(
      tx,
      `select w.number, w.state, w.reason, w.released_at as "releasedAt", (select count(*) from tasks t where t.site_id = w.site_id
         and t.wave_id = w.id and t.done_quantity > 0)::int as "pickedLines"
       from waves w where w.site_id = $1 and w.id = $2`,
      [tx.siteId, id],
    );
    if (!wave) return null;
    const text = blockerOf(wave, tx.at);
    const waiting = text === null ? [] : [{ code: `wave-${wave.state}`, facts: {}, text }];
    return { label: `wave ${wave.number}`, orderIds: null, lineId: null, runId: null, waveId: id, waiting };
  },
};

async function orderScope(tx: Tx, where: string, id: string): Promise<Scope | null> {
  const order = await row<{ id: string; externalRef: string; waitingFor: string | null }>(
    tx,
    `select o.id, o.external_ref as "externalRef", o.waiting_for as "waitingFor" from orders o where o.site_id = $1 and ${where}`,
    [tx.siteId, id],
  );
  if (!order) return null;
  const { waitingFor: text } = order;
  return {
    label: order.externalRef,
    orderIds: [order.id],
    lineId: null,
    runId: null,
    waveId: null,
    waiting: text === null ? [] : [{ code: 'waiting', facts: {}, text }],
  };
}
