import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import type {
  ConfirmPut,
  PutInstruction,
  PutOutcome,
  PutWallView,
  ReportWallShort,
  SortItem,
  WallShortOutcome,
} from '#lib/contracts';
import { DeviceCommandsService } from '../devices/device-commands.service.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { affected, Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { decidePut, type GoodsToSort, type PutDecision, type WallSlotFacts } from './decide-put.js';
import {
  endSlotsWithAll,
  freeToteIfEmpty,
  goodsToSort,
  lockRunsOfTote,
  outcomeOf,
  type Wall,
  wallOf,
  wallsOf,
  wallView,
} from './put-wall.queries.js';
import { WallShortsService } from './wall-shorts.service.js';
import './picking.events.js';

/** A light that nobody looked for so long is of no use any more. */
const LIGHT_VALID_MS = 15_000;

type Decided = Extract<PutDecision, { decision: 'put' }>;

/** Sorting at a put wall: goods out of a batch run's tote into the slot of their order, one scan after the other. */
@Injectable()
export class PutWallsService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly progress: OrderProgressService,
    private readonly commands: DeviceCommandsService,
    private readonly shorts: WallShortsService,
  ) {}

  list(): Promise<PutWallView[]> {
    return this.db.transaction(async (tx) => {
      const views: PutWallView[] = [];
      for (const wall of await wallsOf(tx)) views.push(await wallView(tx, wall));
      return views;
    });
  }

  view(stationCode: string): Promise<PutWallView> {
    return this.db.transaction(async (tx) => wallView(tx, await wallOf(tx, stationCode)));
  }

  /** Where a scanned item goes, lit where its slot has a light; moves nothing. */
  async sort(stationCode: string, scans: SortItem): Promise<PutInstruction> {
    return this.db.transaction(async (tx) => {
      const tote = await toteAt(tx, await wallOf(tx, stationCode), scans.containerScan);
      const toSort = await goodsToSort(tx, tote.id);
      const put = requirePut(decidePut(scans.itemScan, toSort, null));
      await this.light(tx, put.slot, put.quantity);
      return instructionOf(put, toSort);
    });
  }

  /**
   * The item lies in the slot that was scanned: its units leave the tote. The same event twice is one, whoever brings it. Two people who
   * sort one tote come one after the other; who is too late for a slot is told which slots still want the item.
   */
  async put(stationCode: string, confirm: ConfirmPut): Promise<PutOutcome> {
    return this.db.transaction(async (tx) => {
      const wall = await wallOf(tx, stationCode);
      await lockRunsOfTote(tx, identifyScan(confirm.containerScan).value);
      const earlier = await outcomeOf(tx, confirm.eventId);
      if (earlier) return earlier;
      const tote = await toteAt(tx, wall, confirm.containerScan);
      const slotCode = identifyScan(confirm.slotScan).value || confirm.slotScan.slice(0, 40);
      const put = requirePut(decidePut(confirm.itemScan, await goodsToSort(tx, tote.id), slotCode));
      await this.carryOut(tx, { wall, tote, put, eventId: confirm.eventId });
      return (await outcomeOf(tx, confirm.eventId))!;
    });
  }

  /** The tote is empty and should not be: what it should hold is missing. */
  async short(stationCode: string, report: ReportWallShort): Promise<WallShortOutcome> {
    return this.db.transaction(async (tx) => {
      const wall = await wallOf(tx, stationCode);
      const lpn = identifyScan(report.containerScan).value;
      await lockRunsOfTote(tx, lpn);
      const earlier = await this.shorts.outcomeOf(tx, report.eventId);
      if (earlier) return earlier;
      const tote = await toteAt(tx, wall, report.containerScan);
      const missing = await goodsToSort(tx, tote.id);
      await this.shorts.miss(tx, { wall, toteId: tote.id, missing, eventId: report.eventId });
      const complete = await this.endSlots(
        tx,
        missing.map(({ runSlotId }) => runSlotId),
      );
      await freeToteIfEmpty(tx, tote.id);
      return { missing: missing.reduce((sum, { quantity }) => sum + quantity, 0), complete };
    });
  }

  private async carryOut(
    tx: Tx,
    { wall, tote, put, eventId }: { wall: Wall; tote: Tote; put: Decided; eventId: string },
  ): Promise<void> {
    const moved = await this.inventory.move(
      tx,
      put.parts.map(({ goods, quantity }, lineNo) => ({
        merchantId: goods.merchantId,
        itemId: goods.itemId,
        lot: goods.lot,
        quantity,
        from: { kind: 'container' as const, id: tote.id },
        to: { kind: 'container' as const, id: put.slot.id },
        reason: 'sort',
        eventId,
        lineNo,
        orderLineId: goods.orderLineId,
      })),
    );
    if (moved.length !== put.parts.length)
      throw new Refusal('picking.event-reused', 'This confirmation was made for something else.');
    await affected(
      tx,
      `update tasks t set to_sort = t.to_sort - p.quantity from unnest($2::uuid[], $3::int[]) as p (id, quantity)
       where t.site_id = $1 and t.id = p.id`,
      [tx.siteId, put.parts.map(({ goods }) => goods.taskId), put.parts.map(({ quantity }) => quantity)],
    );
    await affected(
      tx,
      `update containers set state = 'picking', station_id = $3 where site_id = $1 and id = $2 and state = 'empty'`,
      [tx.siteId, put.slot.id, wall.id],
    );
    await this.tellPut(tx, { wall, tote, put });
    await this.endSlots(tx, [put.parts[0]!.goods.runSlotId]);
    await freeToteIfEmpty(tx, tote.id);
    await this.light(tx, put.slot, null);
  }

  /** Slots that have all of their order are complete: the order is picked and goes to packing. @returns their plates */
  private async endSlots(tx: Tx, runSlotIds: readonly string[]): Promise<string[]> {
    const complete = await endSlotsWithAll(tx, [...new Set(runSlotIds)]);
    await this.progress.markPicked(
      tx,
      complete.map(({ orderId }) => orderId),
    );
    for (const { orderId, merchantId, code: slot } of complete) {
      const about = { aggregateId: orderId, orderId, merchantId };
      await addEvent(tx, { type: 'picking.slot-complete', ...about, data: { orderId, slot } });
    }
    return complete.map(({ code }) => code);
  }

  private async tellPut(
    tx: Tx,
    { wall, tote, put }: { wall: Wall; tote: Tote; put: Decided },
  ): Promise<void> {
    const { orderId, merchantId, orderLineId, sku } = put.parts[0]!.goods;
    await addEvent(tx, {
      type: 'picking.item-sorted',
      aggregateId: orderId,
      orderId,
      merchantId,
      data: {
        orderLineId,
        sku,
        station: wall.code,
        tote: tote.lpn,
        slot: put.slot.code,
        quantity: put.quantity,
        personId: tx.actor.kind === 'person' ? tx.actor.personId : null,
      },
    });
  }

  /** @param quantity null: the light goes out */
  private async light(tx: Tx, { light }: WallSlotFacts, quantity: number | null): Promise<void> {
    if (!light) return;
    const { deviceId, address } = light;
    const args =
      quantity === null
        ? { address, colour: 'off' as const }
        : { address, colour: 'green' as const, quantity };
    await this.commands.send(tx, { deviceId, order: { op: 'light', args }, validForMs: LIGHT_VALID_MS });
  }
}

interface Tote {
  id: string;
  lpn: string;
}

/** A tote that was handed over at this wall. */
async function toteAt(tx: Tx, wall: Wall, containerScan: string): Promise<Tote> {
  const scan = identifyScan(containerScan);
  const tote =
    scan.kind === 'container'
      ? await row<Tote & { type: string; state: string; stationId: string | null }>(
          tx,
          `select id, lpn, type, state, station_id as "stationId" from containers where site_id = $1 and lpn = $2`,
          [tx.siteId, scan.value],
        )
      : null;
  const got = (scan.value || scan.data || '?').slice(0, 40);
  const facts = { needed: 'T-', got };
  if (!tote) throw new Refusal('picking.unknown-tote', `There is no tote ${got}.`, { facts });
  if (tote.type === 'slot')
    throw new Refusal('picking.wrong-tote', `${got} is a slot. Scan a tote.`, { facts });
  if (tote.state === 'empty') throw new Refusal('picking.tote-empty', `Tote ${got} is empty.`, { facts });
  if (tote.state === 'picked' && tote.stationId === wall.id) return tote;
  throw new Refusal('picking.tote-not-here', `Tote ${got} was not handed over at ${wall.code}.`, {
    facts: { ...facts, wall: wall.code },
  });
}

function requirePut(decision: PutDecision): Decided {
  if (decision.decision === 'put') return decision;
  const { code, detail, facts } = decision;
  throw new Refusal(code, detail, { facts });
}

function instructionOf(put: Decided, toSort: readonly GoodsToSort[]): PutInstruction {
  const { slot, quantity, wanted, parts } = put;
  const { sku, name, externalRef, runSlotId } = parts[0]!.goods;
  const left = toSort
    .filter((goods) => goods.runSlotId === runSlotId)
    .reduce((sum, goods) => sum + goods.quantity, 0);
  const { code, row: rowNo, column } = slot;
  return {
    slot: code,
    row: rowNo,
    column,
    sku,
    name,
    quantity,
    wanted,
    externalRef,
    completes: left === quantity,
  };
}
