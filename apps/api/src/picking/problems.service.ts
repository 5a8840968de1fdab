import { Injectable } from '@nestjs/common';
import { InventoryService } from '../inventory/inventory.service.js';
import { Database, row } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException } from '../platform/exceptions.js';
import { Refusal } from '../platform/refusal.js';
import './picking.events.js';

export interface Problem {
  kind: 'damaged' | 'wrong-label' | 'blocked' | 'help';
  note: string;
}

interface TaskAt {
  order_id: string;
  merchant_id: string;
  location_id: string;
  item_id: string;
  lot: string;
  sku: string;
  location: string;
}

const TITLES: Record<Problem['kind'], string> = {
  damaged: 'Damaged goods',
  'wrong-label': 'Wrong label',
  blocked: 'Location blocked',
  help: 'Help is needed',
};

/** What people at a location report with two taps; on the supervisor's board in a second. */
@Injectable()
export class ProblemsService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
  ) {}

  /** The same problem of one task is open once. Goods in doubt are counted. */
  async reportProblem(taskId: string, problem: Problem): Promise<void> {
    await this.db.transaction(async (tx) => {
      const task = await row<TaskAt>(
        tx,
        `select t.order_id, t.merchant_id, t.location_id, t.item_id, t.lot, i.sku, a.code as location
         from tasks t join items i on i.id = t.item_id join locations a on a.site_id = t.site_id and a.id = t.location_id
         where t.site_id = $1 and t.id = $2`,
        [tx.siteId, taskId],
      );
      if (!task) throw new Refusal('picking.unknown-task', 'There is no such pick.', { status: 404 });
      const note = problem.note === '' ? '' : `: ${problem.note}`;
      await openException(tx, {
        code: `picking.${problem.kind}`,
        subjectKind: 'task',
        subjectId: taskId,
        orderId: task.order_id,
        merchantId: task.merchant_id,
        owner: 'picking',
        detail: `${TITLES[problem.kind]} at ${task.location}, ${task.sku}${note}`,
      });
      if (problem.kind === 'damaged' || problem.kind === 'wrong-label') {
        const { merchant_id: merchantId, location_id: locationId, item_id: itemId, lot } = task;
        await this.inventory.openCount(tx, { merchantId, locationId, itemId, lot, reason: problem.kind });
      }
      const personId = tx.actor.kind === 'person' ? tx.actor.personId : null;
      await addEvent(tx, {
        type: 'picking.problem-reported',
        aggregateId: task.order_id,
        orderId: task.order_id,
        merchantId: task.merchant_id,
        data: { taskId, kind: problem.kind, note: problem.note, personId },
      });
    });
  }
}
