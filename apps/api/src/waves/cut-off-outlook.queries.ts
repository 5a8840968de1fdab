import { type CutOffOrder, type CutOffPlan, planCutOffs, type StageRate } from '#lib/planning';
import { row, rows, type Tx } from '../platform/database.service.js';
import { CANDIDATES, type ReleaseFilter } from './candidates.js';
import { measuredRates } from './stage-rates.queries.js';

/** More orders than this are not planned back from their cut-offs at once; the most pressing come first. */
const ORDERS_MAX = 5_000;
/** Fewer gaps between confirmations than this say nothing about how they spread. */
const GAPS_LEAST = 20;

export interface WaitingAtCutOff extends CutOffOrder {
  carrier: string;
  service: string;
}

export interface CutOffOutlooks {
  stages: StageRate[];
  measured: boolean;
  orders: WaitingAtCutOff[];
  plan: CutOffPlan;
}

/** The plan back from the cut-offs for the orders that a filter lets through, at the rates of the last hour. */
export async function cutOffOutlook(tx: Tx, filter: ReleaseFilter): Promise<CutOffOutlooks> {
  const { stages, basis } = await measuredRates(tx);
  const spreads = await spreadsOf(tx);
  const spread = stages.map((stage) => {
    const measured = spreads[stage.stage];
    return measured === undefined ? stage : { ...stage, spread: measured };
  });
  const orders = await waitingAtCutOff(tx, filter);
  const plan = planCutOffs({ nowMs: tx.at.getTime(), stages: spread, orders });
  return { stages: spread, measured: basis === 'measured', orders, plan };
}

/** How much longer the slower fifth of the work takes than the middle: p80 over p50 of the time from one to the next. */
async function spreadsOf(tx: Tx): Promise<Record<string, number>> {
  const found = await row<{ pick: number | null; pack: number | null }>(
    tx,
    `select (select case when count(*) >= ${GAPS_LEAST} then (percentile_cont(0.8) within group (order by gap)
         / nullif(percentile_cont(0.5) within group (order by gap), 0))::float8 end
       from (select extract(epoch from ended_at - lag(ended_at) over (partition by person_id order by ended_at)) as gap
         from tasks where site_id = $1 and kind = 'pick' and ended_at > $2::timestamptz - interval '1 hour') g where gap > 0) as pick,
       (select case when count(*) >= ${GAPS_LEAST} then (percentile_cont(0.8) within group (order by gap)
         / nullif(percentile_cont(0.5) within group (order by gap), 0))::float8 end
       from (select extract(epoch from closed_at - lag(closed_at) over (partition by station_id order by closed_at)) as gap
         from parcels where site_id = $1 and closed_at > $2::timestamptz - interval '1 hour') g where gap > 0) as pack`,
    [tx.siteId, tx.at],
  );
  const entries = Object.entries(found!).filter((entry): entry is [string, number] => entry[1] !== null);
  return Object.fromEntries(entries.map(([stage, spread]) => [stage, Math.max(1, spread)]));
}

async function waitingAtCutOff(tx: Tx, filter: ReleaseFilter): Promise<WaitingAtCutOff[]> {
  const found = await rows<Omit<WaitingAtCutOff, 'cutOffAtMs'> & { cutOffAt: Date }>(
    tx,
    `select o.id as "orderId", o.cut_off_at as "cutOffAt", o.line_count as lines, o.unit_count as units, o.carrier_code as carrier,
       o.service ${CANDIDATES} order by o.cut_off_at, o.id limit ${ORDERS_MAX}`,
    [tx.siteId, JSON.stringify(filter), tx.at],
  );
  return found.map(({ cutOffAt, ...order }) => ({ ...order, cutOffAtMs: cutOffAt.getTime() }));
}
