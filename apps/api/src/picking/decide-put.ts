import { type ItemCount, readItemScan, type ScannableItem } from '#lib/floor';

/** Units of one pick that lie in a tote at a put wall, and the slot that they go to. */
export interface GoodsToSort extends ScannableItem {
  taskId: string;
  runSlotId: string;
  orderId: string;
  orderLineId: string;
  merchantId: string;
  itemId: string;
  name: string;
  lot: string;
  quantity: number;
  externalRef: string;
  slot: WallSlotFacts;
}

export interface WallSlotFacts {
  /** Of its container. */
  id: string;
  code: string;
  row: number;
  column: number;
  /** Where it is lit; null without a light that works. */
  light: { deviceId: string; address: string } | null;
}

/** What goes into a slot with one scan, pick by pick. */
export interface Put {
  slot: WallSlotFacts;
  quantity: number;
  /** Units of the item in the tote that the slot's order still wants, these included. */
  wanted: number;
  parts: { goods: GoodsToSort; quantity: number }[];
}

export type PutDecision =
  | ({ decision: 'put' } & Put)
  | { decision: 'refuse'; code: `picking.${string}`; detail: string; facts: Record<string, unknown> };

/** Items of a tote that a refusal names: more would push what was scanned off a handheld's screen. */
const NAMED_MAX = 3;

/**
 * Which slot a scanned item of a tote goes to: that of the first order that wants so many units. Where a slot was scanned it must be one
 * that wants them; which of several is the person's choice, for their goods are alike.
 * @param toSort the goods of the tote, the most urgent order first
 * @param slotCode the slot that was scanned; null when a person only asks
 */
export function decidePut(
  itemScan: string,
  toSort: readonly GoodsToSort[],
  slotCode: string | null,
): PutDecision {
  const reads = toSort.map((goods) => readItemScan(goods, goods.lot, itemScan));
  const alike = toSort.filter((_, at) => reads[at]!.ok);
  const read = reads.find(({ ok }) => ok);
  if (!read?.ok) return refuseItem(toSort, reads);
  const puts = bySlot(alike, read.units);
  if (slotCode !== null && !puts.some(({ slot }) => slot.code === slotCode)) {
    const slots = puts.map(({ slot }) => slot.code);
    const facts = { needed: slots.join(' or '), got: slotCode, slots };
    const detail = `Need slot ${facts.needed}, got ${slotCode}.`;
    return { decision: 'refuse', code: 'picking.wrong-slot', detail, facts };
  }
  const put = puts.find(
    (each) => each.wanted >= read.units && (slotCode === null || each.slot.code === slotCode),
  );
  if (put) return { decision: 'put', ...put };
  const most = Math.max(...puts.map(({ wanted }) => wanted));
  const facts = { needed: String(most), got: String(read.units) };
  const detail = `The scan counts ${read.units} units, no slot wants more than ${most}. Scan single units.`;
  return { decision: 'refuse', code: 'picking.too-many', detail, facts };
}

/** A lot that is wrong says more than an item that is: the item is right then. */
function refuseItem(toSort: readonly GoodsToSort[], reads: readonly ItemCount[]): PutDecision {
  const wrongs = reads.flatMap((read) => (read.ok ? [] : read.wrong));
  const wrong = wrongs.find(({ code }) => code === 'wrong-lot') ?? wrongs[0];
  if (!wrong) {
    const detail = 'Nothing of this tote is left to sort.';
    return { decision: 'refuse', code: 'picking.nothing-to-sort', detail, facts: {} };
  }
  const skus = [...new Set(toSort.map(({ sku }) => sku))];
  const { code, got } = wrong;
  const named = skus.slice(0, NAMED_MAX).join(', ');
  const needed = code === 'wrong-lot' ? wrong.needed : skus.length > NAMED_MAX ? `${named}, …` : named;
  return {
    decision: 'refuse',
    code: `picking.${code}`,
    detail: `Need ${needed}, got ${got}.`,
    facts: { needed, got },
  };
}

function bySlot(alike: readonly GoodsToSort[], units: number): Put[] {
  const puts = new Map<string, Put>();
  for (const goods of alike) {
    const put = puts.get(goods.slot.id) ?? { slot: goods.slot, quantity: units, wanted: 0, parts: [] };
    puts.set(goods.slot.id, put);
    const taken = Math.min(goods.quantity, Math.max(0, units - put.wanted));
    if (taken > 0) put.parts.push({ goods, quantity: taken });
    put.wanted += goods.quantity;
  }
  return [...puts.values()];
}
