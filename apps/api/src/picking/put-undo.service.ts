import { Injectable } from '@nestjs/common';
import type { PutUndone, UndoPut } from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { affected, Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { decidePutUndo } from './decide-put-undo.js';
import {
  lockPut,
  type PutMovements,
  putMovements,
  reopenSlotAndTote,
  UNDO,
  undoablePut,
} from './put-undo.queries.js';
import { type Wall, wallOf } from './put-wall.queries.js';
import './picking.events.js';

interface Undo {
  wall: Wall;
  put: PutMovements;
  eventId: string;
}

/** Takes back what a person put last at a wall: into the wrong slot, or confirmed too early. */
@Injectable()
export class PutUndoService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly progress: OrderProgressService,
  ) {}

  /** The units lie in their tote again and are to be sorted; a slot that they completed waits for them. The same event twice is one. */
  undo(stationCode: string, { eventId, putEventId }: UndoPut): Promise<PutUndone> {
    return this.db.transaction(async (tx) => {
      const wall = await wallOf(tx, stationCode);
      const put = await putMovements(tx, wall, putEventId);
      if (!put) {
        const facts = { wall: wall.code };
        throw new Refusal('picking.unknown-put', `That put was not booked at ${wall.code}.`, { facts });
      }
      await lockPut(tx, put);
      const earlier = await outcomeOf(tx, eventId);
      if (earlier) return earlier;
      const facts = await undoablePut(tx, { wall, eventId: putEventId, put });
      const decided = decidePutUndo(facts);
      if (decided.decision === 'refuse') {
        const { code, detail } = decided;
        throw new Refusal(code, detail, { facts: decided.facts });
      }
      await this.moveBack(tx, { wall, put, eventId });
      await this.sortAgain(tx, decided.toSort);
      await reopenSlotAndTote(tx, { wall, put, runSlotId: facts.runSlotId! });
      await this.progress.reopenPicked(tx, [put.orderId]);
      await this.tell(tx, { wall, put, eventId });
      return (await outcomeOf(tx, eventId))!;
    });
  }

  private async moveBack(tx: Tx, { put, eventId }: Undo): Promise<void> {
    const moved = await this.inventory.move(
      tx,
      put.moved.map((part, lineNo) => ({
        ...part,
        from: { kind: 'container' as const, id: put.slotId },
        to: { kind: 'container' as const, id: put.toteId },
        reason: UNDO,
        eventId,
        lineNo,
      })),
    );
    if (moved.length !== put.moved.length)
      throw new Refusal('picking.event-reused', 'This confirmation was made for something else.');
  }

  private async sortAgain(tx: Tx, toSort: readonly { taskId: string; quantity: number }[]): Promise<void> {
    await affected(
      tx,
      `update tasks t set to_sort = t.to_sort + p.quantity from unnest($2::uuid[], $3::int[]) as p (id, quantity)
       where t.site_id = $1 and t.id = p.id`,
      [tx.siteId, toSort.map(({ taskId }) => taskId), toSort.map(({ quantity }) => quantity)],
    );
  }

  private async tell(tx: Tx, { wall, put }: Undo): Promise<void> {
    const { orderId, sku, slotLpn, toteLpn, moved } = put;
    await addEvent(tx, {
      type: 'picking.put-undone',
      aggregateId: orderId,
      orderId,
      merchantId: moved[0]!.merchantId,
      data: {
        sku,
        station: wall.code,
        tote: toteLpn,
        slot: slotLpn,
        quantity: moved.reduce((sum, { quantity }) => sum + quantity, 0),
        personId: tx.actor.kind === 'person' ? tx.actor.personId : null,
      },
    });
  }
}

/** What an undo came to, read from the ledger; null before it is there. */
function outcomeOf(tx: Tx, eventId: string): Promise<PutUndone | null> {
  return row<PutUndone>(
    tx,
    `select s.lpn as slot, t.lpn as tote, sum(m.quantity)::int as quantity from movements m
     join containers s on s.site_id = m.site_id and s.id = m.from_id
     join containers t on t.site_id = m.site_id and t.id = m.to_id
     where m.site_id = $1 and m.event_id = $2 and m.reason = '${UNDO}' group by s.lpn, t.lpn`,
    [tx.siteId, eventId],
  );
}
