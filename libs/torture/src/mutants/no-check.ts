import { setTimeout as pause } from 'node:timers/promises';
import { load } from './load.js';

/** Read, compare, write: between the first and the last somebody else has taken the goods. */
interface Change {
  kind: string;
  id: string;
  itemId: string;
  lot: string;
  quantity: number;
}
interface TotalChange {
  itemId: string;
  onHand: number;
}
interface Tx {
  siteId: number;
  queryRunner: { query(sql: string, parameters: unknown[]): Promise<unknown> };
}
interface InventoryLike {
  takeFromLevels(tx: Tx, changes: Change[]): Promise<void>;
  lockLevels(tx: Tx, changes: Change[]): Promise<void>;
  changeTotals(tx: Tx, changes: TotalChange[]): Promise<void>;
}

const { InventoryService } = await load<{ InventoryService: { prototype: InventoryLike } }>(
  'apps/api/src/inventory/inventory.service.js',
);
const { Refusal } = await load<{ Refusal: new (code: string, detail: string) => Error }>(
  'apps/api/src/platform/refusal.js',
);
/** What such code does between reading and writing back: another query or two. */
const BETWEEN_MS = 15;
const LEVEL = `site_id = $1 and account_kind = $2 and account_id = $3 and item_id = $4 and lot = $5`;

InventoryService.prototype.lockLevels = async () => undefined;
InventoryService.prototype.takeFromLevels = async (tx, changes) => {
  for (const { kind, id, itemId, lot, quantity } of changes) {
    const key = [tx.siteId, kind, id, itemId, lot];
    const [level] = (await tx.queryRunner.query(`select quantity from levels where ${LEVEL}`, key)) as {
      quantity: number;
    }[];
    if ((level?.quantity ?? 0) + quantity < 0)
      throw new Refusal('inventory.not-enough', 'There are not enough.');
    await pause(BETWEEN_MS);
    await tx.queryRunner.query(`update levels set quantity = quantity + $6 where ${LEVEL}`, [
      ...key,
      quantity,
    ]);
  }
};
InventoryService.prototype.changeTotals = async (tx, changes) => {
  for (const { itemId, onHand } of changes) {
    await tx.queryRunner.query(
      `update stock_totals set on_hand = on_hand + $3 where site_id = $1 and item_id = $2`,
      [tx.siteId, itemId, onHand],
    );
  }
};
