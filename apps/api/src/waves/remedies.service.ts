import { Injectable } from '@nestjs/common';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { OrdersService } from '../orders/orders.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { WAVE_ATTEMPTS_MAX } from './candidates.js';

/** Carries out what a supervisor decided about lines that five waves could not take. Deciding twice is once. */
@Injectable()
export class RemediesService {
  constructor(
    private readonly progress: OrderProgressService,
    private readonly orders: OrdersService,
  ) {}

  async carryOut(tx: Tx, orderId: string, remedy: string): Promise<void> {
    switch (remedy) {
      case 'try again':
        return this.tryAgain(tx, orderId);
      case 'close the lines short':
        return this.closeShort(tx, orderId);
      case 'cancel the order':
        await this.orders.cancelWithin(tx, orderId, 'cancelled by a supervisor: its goods could not be had');
        return;
      default:
        throw new Error(`"${remedy}" is no remedy for a line that failed`);
    }
  }

  /** Five more attempts, from the next wave on. */
  private async tryAgain(tx: Tx, orderId: string): Promise<void> {
    await affected(
      tx,
      `update order_lines set wave_attempts = 0, reason = null where site_id = $1 and order_id = $2 and state = 'open'
         and wave_attempts >= ${WAVE_ATTEMPTS_MAX}`,
      [tx.siteId, orderId],
    );
    await affected(
      tx,
      `update orders o set waiting_for = null where o.site_id = $1 and o.id = $2 and o.state = 'ready' and not exists
         (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and l.state = 'open' and l.reason is not null)`,
      [tx.siteId, orderId],
    );
  }

  /** The order goes on without them; without any line left it is closed short. */
  private async closeShort(tx: Tx, orderId: string): Promise<void> {
    const spent = await rows<{ id: string }>(
      tx,
      `select id from order_lines where site_id = $1 and order_id = $2 and state = 'open' and wave_attempts >= ${WAVE_ATTEMPTS_MAX}
       order by id for update`,
      [tx.siteId, orderId],
    );
    for (const { id } of spent) await this.progress.closeLineShort(tx, id, 'closed short by a supervisor');
    await affected(
      tx,
      `update orders set waiting_for = null where site_id = $1 and id = $2 and state = 'ready'`,
      [tx.siteId, orderId],
    );
  }
}
