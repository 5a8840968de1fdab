import { Injectable } from '@nestjs/common';
import type { OrderFilter } from '#lib/contracts';
import type { BatchOrder } from '#lib/planning';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { PlannerService } from './planner.service.js';
import { shortText } from './short-text.js';
import { WaveRunsService } from './wave-runs.service.js';
import { type WaveLimits, WaveStockService } from './wave-stock.service.js';
import type { WavePreview } from './waves.dto.js';

interface LineRow {
  line_id: string;
  order_id: string;
  item_id: string;
  sku: string;
  quantity: number;
}

const TIME_LIMIT_MS = 1_000;
const SHORTS_SHOWN = 100;

/** The dry run: the same choices by the same planner over what the book says now, and nothing is kept. */
@Injectable()
export class PreviewService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
    private readonly stock: WaveStockService,
    private readonly runs: WaveRunsService,
  ) {}

  /** @param id of a template, or of a wave, whose template is taken. */
  async preview(id: string): Promise<WavePreview> {
    const { template, candidates, nowMs } = await this.db.transaction(async (tx) => {
      const template = await templateOf(tx, id);
      return {
        template,
        candidates: await this.stock.candidates(tx, template.filter),
        nowMs: tx.at.getTime(),
      };
    });
    const { ordersMax, linesMax, unitsMax } = template.limits;
    const capacity = { orders: ordersMax, lines: linesMax, units: unitsMax };
    const selection = await this.planner.select({ nowMs, candidates, capacity });
    const orderIds = selection.selected.map(({ orderId }) => orderId);
    const { lines, stock, walkable, slots, places, onDay } = await this.db.transaction((tx) =>
      this.load(tx, orderIds),
    );
    const allocation = await this.planner.allocate({
      demand: lines.map((line) => {
        return {
          lineId: line.line_id,
          orderId: line.order_id,
          itemId: line.item_id,
          quantity: line.quantity,
          fill: 'all',
        };
      }),
      stock,
      onDay,
      wholeOrders: true,
    });
    const orders = new Map<string, BatchOrder>();
    allocation.reservations.forEach(({ orderId, locationId, quantity }, at) => {
      const order = orders.get(orderId) ?? { orderId, stops: [], units: 0, volumeMl: 0, weightGrams: 0 };
      order.stops.push({ stopId: String(at), ...places.get(locationId)! });
      order.units += quantity;
      orders.set(orderId, order);
    });
    const plan = await this.planner.batch({
      walkable,
      orders: [...orders.values()],
      slots,
      timeLimitMs: TIME_LIMIT_MS,
      seed: 1,
    });
    const skuOf = new Map(lines.map((line) => [line.line_id, line.sku]));
    const shorts = allocation.shorts
      .filter(({ reason }) => reason.code !== 'order-incomplete')
      .slice(0, SHORTS_SHOWN)
      .map((short) => {
        const sku = skuOf.get(short.lineId)!;
        return { orderId: short.orderId, sku, missing: short.missing, reason: shortText(short, sku) };
      });
    return {
      orders: orders.size,
      lines: lines.filter((line) => orders.has(line.order_id)).length,
      units: [...orders.values()].reduce((sum, order) => sum + order.units, 0),
      runs: plan.runs.length,
      walkMetres: Math.round(plan.walkMm / 1000),
      naiveWalkMetres: Math.round(plan.firstComeMm / 1000),
      shorts,
      left: selection.left.length,
    };
  }

  private async load(tx: Tx, orderIds: string[]) {
    const lines = await rows<LineRow>(
      tx,
      `select l.id as line_id, l.order_id, l.item_id, i.sku, l.ordered - l.reserved as quantity
       from unnest($2::uuid[]) with ordinality as o (id, at) join order_lines l on l.site_id = $1 and l.order_id = o.id
       join items i on i.id = l.item_id where l.state = 'open' order by o.at, l.line_no`,
      [tx.siteId, orderIds],
    );
    const stock = await this.stock.stockOf(tx, [...new Set(lines.map((line) => line.item_id))]);
    const found = await rows<{ id: string; aisleId: string; xMm: number; yMm: number }>(
      tx,
      `select a.id, z.code || '/' || a.aisle as "aisleId", a.x_mm as "xMm", a.y_mm as "yMm" from locations a
       join zones z on z.site_id = a.site_id and z.id = a.zone_id where a.site_id = $1 and a.id = any($2::uuid[])`,
      [tx.siteId, [...new Set(stock.map(({ locationId }) => locationId))]],
    );
    return {
      lines,
      stock,
      places: new Map(found.map(({ id, ...place }) => [id, place])),
      walkable: await this.runs.walkable(tx),
      slots: await this.runs.cartSlots(tx),
      onDay: tx.at.toISOString().slice(0, 10),
    };
  }
}

async function templateOf(tx: Tx, id: string): Promise<{ filter: OrderFilter; limits: WaveLimits }> {
  const template = await row<{ filter: OrderFilter; limits: WaveLimits }>(
    tx,
    `select filter, limits from wave_templates where site_id = $1
       and (id = $2 or id = (select template_id from waves where site_id = $1 and id = $2)) limit 1`,
    [tx.siteId, id],
  );
  if (!template)
    throw new Refusal('waves.unknown-template', 'There is no such template or wave.', { status: 404 });
  return template;
}
