import { Injectable } from '@nestjs/common';
import { ReservationsService } from '../inventory/reservations.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { openExceptions } from '../platform/exceptions.js';
import { WAVE_ATTEMPTS_MAX } from './candidates.js';
import { LINE_FAILED } from './line-remedies.js';
import './waves.events.js';

/** An order that leaves a wave before its release, and why. */
export interface LeftOut {
  orderId: string;
  /** One sentence for people. */
  reason: string;
  /** The lines that are at fault: the order tries again when their goods can be had. Empty: the order itself is. */
  shortLineIds: string[];
}

/** Orders leave a wave one by one; a bad line never fails the wave. */
@Injectable()
export class LeftOutService {
  constructor(private readonly reservations: ReservationsService) {}

  /** Takes the orders out: reservations let go, lines queued for a later wave (at most five times), the reason kept with the order. */
  async leaveOut(tx: Tx, waveId: string, orders: readonly LeftOut[]): Promise<void> {
    if (orders.length === 0) return;
    const orderIds = orders.map(({ orderId }) => orderId);
    const reserved = await rows<{ id: string }>(
      tx,
      `select v.id from order_lines l join reservations v on v.site_id = l.site_id and v.order_line_id = l.id
       where l.site_id = $1 and v.wave_id = $2 and l.order_id = any($3::uuid[]) and v.state = 'open'`,
      [tx.siteId, waveId, orderIds],
    );
    await this.reservations.release(
      tx,
      reserved.map(({ id }) => id),
    );
    await affected(
      tx,
      `update wave_lines w set state = 'rewave-queued', reason = o.reason
       from unnest($3::uuid[], $4::text[]) as o (id, reason)
       where w.site_id = $1 and w.wave_id = $2 and w.order_id = o.id and w.state = 'included'`,
      [tx.siteId, waveId, orderIds, orders.map(({ reason }) => reason)],
    );
    const left = await rows<{ id: string; merchant_id: string }>(
      tx,
      `update orders o set wave_id = null, waiting_for = case when o.state = 'ready' then w.reason else o.waiting_for end
       from unnest($3::uuid[], $4::text[]) as w (id, reason) where o.site_id = $1 and o.id = w.id and o.wave_id = $2
       returning o.id, o.merchant_id`,
      [tx.siteId, waveId, orderIds, orders.map(({ reason }) => reason)],
    );
    await this.countAttempts(tx, waveId, orders);
    const reasons = new Map(orders.map(({ orderId, reason }) => [orderId, reason]));
    await addEvents(
      tx,
      left.map(({ id: orderId, merchant_id: merchantId }) => ({
        type: 'waves.order-left-out' as const,
        aggregateId: orderId,
        orderId,
        merchantId,
        data: { waveId, orderId, reason: reasons.get(orderId)! },
      })),
    );
  }

  /** Counts one more attempt of the short lines; after five a supervisor decides about them. */
  async countAttempts(tx: Tx, waveId: string, orders: readonly LeftOut[]): Promise<void> {
    const lines = orders.flatMap(({ shortLineIds, reason }) => shortLineIds.map((id) => ({ id, reason })));
    if (lines.length === 0) return;
    const tried = await rows<{
      id: string;
      order_id: string;
      merchant_id: string;
      wave_attempts: number;
      reason: string;
    }>(
      tx,
      `update order_lines l set wave_attempts = l.wave_attempts + 1, reason = s.reason
       from unnest($2::uuid[], $3::text[]) as s (id, reason) where l.site_id = $1 and l.id = s.id
       returning l.id, l.order_id, l.merchant_id, l.wave_attempts, l.reason`,
      [tx.siteId, lines.map(({ id }) => id), lines.map(({ reason }) => reason)],
    );
    const failed = tried.filter((line) => line.wave_attempts >= WAVE_ATTEMPTS_MAX);
    if (failed.length === 0) return;
    await affected(
      tx,
      `update wave_lines set state = 'failed' where site_id = $1 and wave_id = $2 and order_line_id = any($3::uuid[])`,
      [tx.siteId, waveId, failed.map(({ id }) => id)],
    );
    await openExceptions(
      tx,
      failed.map((line) => ({
        code: LINE_FAILED,
        subjectKind: 'order' as const,
        subjectId: line.order_id,
        orderId: line.order_id,
        merchantId: line.merchant_id,
        owner: 'supervisor' as const,
        detail: `A line could not be planned in ${WAVE_ATTEMPTS_MAX} waves: ${line.reason}`,
      })),
    );
  }
}
