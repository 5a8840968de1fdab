import { Injectable } from '@nestjs/common';
import type { Amount, MatchBody, MatchChannel, MatchView, OrderFilter } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { bothFilters } from './candidates.js';
import { AMOUNT, QUEUE } from './match-of.queries.js';
import { RivalsQueries } from './rivals.queries.js';
import { belowThresholds } from './thresholds.js';
import type { WaveLimits } from './wave-plan.js';

/** Counts for the template editor while somebody types. */
@Injectable()
export class MatchQueries {
  constructor(
    private readonly db: Database,
    private readonly rivals: RivalsQueries,
  ) {}

  match({ filter: own, channel, thresholds, limits }: MatchBody): Promise<MatchView> {
    return this.db.transaction(async (tx) => {
      const filter = channel ? bothFilters(await templateFilter(tx, channel), own) : own;
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
        rivals: channel ? await this.rivalsOf(tx, channel, filter) : [],
      };
    });
  }

  private async rivalsOf(tx: Tx, channel: MatchChannel, filter: OrderFilter): Promise<MatchView['rivals']> {
    const own = { ...channel, id: channel.id ?? null, filter };
    return this.rivals.rivalsOf(tx, own, await this.rivals.takers(tx));
  }
}

/** A template that is gone keeps nothing out: saving the channel says so. */
async function templateFilter(tx: Tx, { templateId }: MatchChannel): Promise<OrderFilter> {
  const found = await row<{ filter: OrderFilter }>(
    tx,
    'select filter from wave_templates where site_id = $1 and id = $2',
    [tx.siteId, templateId],
  );
  return found?.filter ?? {};
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
