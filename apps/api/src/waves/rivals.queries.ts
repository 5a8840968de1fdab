import { Injectable } from '@nestjs/common';
import type { OrderFilter, RivalView } from '#lib/contracts';
import { row, type Tx } from '../platform/database.service.js';
import { bothFilters, CANDIDATES, letsNothingThrough } from './candidates.js';
import { ChannelsService } from './channels.service.js';
import { decideRival, type Taker } from './decide-rival.js';
import { SchedulesService } from './schedules.service.js';

/** A channel as it is, or as somebody edits it. */
export interface OwnChannel {
  /** Null for one that is not saved yet. */
  id: string | null;
  name: string;
  batchOrders: number;
  /** What its template and the channel itself let through. */
  filter: OrderFilter;
}

type Rival = Taker & { id: string; filter: OrderFilter };

/** Counting stops here, as it does for the queue of a channel. */
const COUNT_MAX = 5_000;
const OTHER_CANDIDATES = CANDIDATES.replaceAll('$2::', '$4::');

/** Channels and schedules that may take the same orders as a channel: one of them finds them gone. */
@Injectable()
export class RivalsQueries {
  constructor(
    private readonly channels: ChannelsService,
    private readonly schedules: SchedulesService,
  ) {}

  /** What takes orders by itself at this moment: open channels and active schedules. */
  async takers(tx: Tx): Promise<Rival[]> {
    const open = (await this.channels.channels(tx)).filter(({ state }) => state === 'open');
    const active = await this.schedules.active(tx);
    return [
      ...open.map(({ id, name, batchOrders, templateFilter, filter }) => {
        return {
          kind: 'channel' as const,
          id,
          name,
          batchOrders,
          filter: bothFilters(templateFilter, filter),
        };
      }),
      ...active.map(({ id, name, templateFilter }) => {
        return { kind: 'schedule' as const, id, name, filter: templateFilter };
      }),
    ];
  }

  /** Those of the takers that no filter keeps from the channel's orders, the ones with most orders in common first. */
  async rivalsOf(tx: Tx, own: OwnChannel, takers: readonly Rival[]): Promise<RivalView[]> {
    const rivals: RivalView[] = [];
    for (const other of takers) {
      if (other.id === own.id || excludeEachOther(own.filter, other.filter)) continue;
      const { orders, ownIsBefore } = await inCommon(tx, own, other);
      const decided = decideRival({ kind: 'channel', ...own }, other, ownIsBefore);
      rivals.push({ kind: other.kind, id: other.id, name: other.name, orders, ...decided });
    }
    return rivals.sort((one, two) => two.orders - one.orders);
  }
}

/** Zones don't: an order whose goods lie in two of them passes either. */
function excludeEachOther(one: OrderFilter, two: OrderFilter): boolean {
  return letsNothingThrough(bothFilters({ ...one, zones: undefined }, { ...two, zones: undefined }));
}

/** Open orders that both match right now; channels are looked at in the database's order of their names. */
async function inCommon(
  tx: Tx,
  own: OwnChannel,
  other: Rival,
): Promise<{ orders: number; ownIsBefore: boolean }> {
  const found = await row<{ orders: number; ownIsBefore: boolean }>(
    tx,
    `select count(*)::int as orders, $5::text < $6::text as "ownIsBefore"
     from (select 1 ${CANDIDATES} and o.id in (select o.id ${OTHER_CANDIDATES}) limit ${COUNT_MAX}) q`,
    [tx.siteId, JSON.stringify(own.filter), tx.at, JSON.stringify(other.filter), own.name, other.name],
  );
  return found!;
}
