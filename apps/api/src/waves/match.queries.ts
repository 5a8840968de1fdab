import { Injectable } from '@nestjs/common';
import type { Amount, MatchBody, MatchView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { CANDIDATES, type ReleaseFilter } from './candidates.js';
import { belowThresholds } from './thresholds.js';
import type { WaveLimits } from './wave-plan.js';

/** Counting stops here: nobody plans more at once. */
const COUNT_MAX = 50_000;

const AMOUNT = `count(*)::int as orders, coalesce(sum(lines), 0)::int as lines, coalesce(sum(units), 0)::int as units`;
const QUEUE = `(select o.merchant_id, o.carrier_code as carrier, o.service, o.cut_off_at, o.state_at, o.line_count as lines,
  o.unit_count as units ${CANDIDATES} limit ${COUNT_MAX}) q`;

/** What a wave with this filter could take now. */
export async function matchOf(tx: Tx, filter: ReleaseFilter): Promise<Amount> {
  const found = await row<Amount>(tx, `select ${AMOUNT} from ${QUEUE}`, [
    tx.siteId,
    JSON.stringify(filter),
    tx.at,
  ]);
  return found!;
}

/** Counts for the template editor while somebody types. */
@Injectable()
export class MatchQueries {
  constructor(private readonly db: Database) {}

  match({ filter, thresholds, limits }: MatchBody): Promise<MatchView> {
    return this.db.transaction(async (tx) => {
      const parameters = [tx.siteId, JSON.stringify(filter), tx.at];
      const byService = await rows<
        Amount & { carrier: string; service: string; nearest: Date; oldest: Date }
      >(
        tx,
        `select carrier, service, ${AMOUNT}, min(cut_off_at) as nearest, min(state_at) as oldest from ${QUEUE}
         group by carrier, service order by nearest, carrier, service`,
        parameters,
      );
      const byMerchant = await rows<Amount & { merchantCode: string; name: string }>(
        tx,
        `select m.code as "merchantCode", m.name, ${AMOUNT} from ${QUEUE} join merchants m on m.id = q.merchant_id
         group by m.code, m.name order by count(*) desc, m.code`,
        parameters,
      );
      const total = byService.reduce(
        (sum, each) => ({
          orders: sum.orders + each.orders,
          lines: sum.lines + each.lines,
          units: sum.units + each.units,
        }),
        { orders: 0, lines: 0, units: 0 },
      );
      return {
        at: tx.at.toISOString(),
        ...total,
        nearestCutOffAt: earliest(byService.map(({ nearest }) => nearest)),
        oldestReadyAt: earliest(byService.map(({ oldest }) => oldest)),
        byMerchant,
        byService: byService.map(({ nearest, oldest: _oldest, ...each }) => ({
          ...each,
          nearestCutOffAt: nearest.toISOString(),
        })),
        below: belowThresholds(total, thresholds ?? {}),
        waves: wavesOf(total, limits ?? {}),
      };
    });
  }
}

function earliest(times: readonly Date[]): string | null {
  if (times.length === 0) return null;
  return new Date(Math.min(...times.map((time) => time.getTime()))).toISOString();
}

function wavesOf(amount: Amount, { ordersMax, linesMax, unitsMax }: WaveLimits): number {
  const shares = [
    amount.orders / (ordersMax ?? Number.POSITIVE_INFINITY),
    amount.lines / (linesMax ?? Number.POSITIVE_INFINITY),
    amount.units / (unitsMax ?? Number.POSITIVE_INFINITY),
  ];
  return amount.orders === 0 ? 0 : Math.max(1, Math.ceil(Math.max(...shares)));
}
