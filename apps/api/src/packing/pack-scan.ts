import { identifyScan, isGtin, normaliseGtin } from '#lib/barcodes';

/** A line of the order with what of it lies in the tote in front of the packer. */
export interface PackLine {
  orderLineId: string;
  itemId: string;
  sku: string;
  name: string;
  weightGrams: number;
  barcodes: readonly { code: string; quantity: number }[];
  /** Still to be packed from this tote. */
  left: number;
}

/** What lies in the tote of one item. */
export interface ToteLot {
  itemId: string;
  lot: string;
  quantity: number;
}

export type PackScan =
  | { kind: 'pack'; line: PackLine; quantity: number; lots: { lot: string; quantity: number }[] }
  | { kind: 'wrong-item' | 'too-many' | 'wrong-lot'; detail: string; facts: Record<string, unknown> };

/**
 * What an item scan at the bench means: which line, how many (a pack barcode counts its pack), from which lots. A scan of
 * anything that is not needed packs nothing and says what is.
 */
export function decidePackScan(scan: string, lines: readonly PackLine[], tote: readonly ToteLot[]): PackScan {
  const code = identifyScan(scan);
  const named = lines
    .map((line) => ({ line, quantity: quantityNamed(line, code.kind, code.value, code.data) }))
    .filter((each): each is { line: PackLine; quantity: number } => each.quantity !== null);
  if (named.length === 0) {
    const got = (code.value || code.data || 'an unreadable code').slice(0, 40);
    const needed = openLines(lines).map(({ sku, left }) => `${left} × ${sku}`);
    const detail = `${neededInWords(lines)}, got ${got}.`;
    return { kind: 'wrong-item', detail, facts: { needed: needed.slice(0, 3), got } };
  }
  const fitting = named.find(({ line, quantity }) => line.left >= quantity);
  if (!fitting) {
    const { line, quantity } = named[0]!;
    const left = Math.max(...named.map((each) => each.line.left));
    const detail =
      left === 0
        ? `All of ${line.sku} is packed already. ${neededInWords(lines)}.`
        : `Only ${left} of ${line.sku} ${left === 1 ? 'is' : 'are'} left to pack, the code counts ${quantity}.`;
    return { kind: 'too-many', detail, facts: { sku: line.sku, left, quantity } };
  }
  return fromLots(fitting.line, fitting.quantity, code.kind === 'gtin' ? code.lot : null, tote);
}

function fromLots(
  line: PackLine,
  quantity: number,
  scannedLot: string | null,
  tote: readonly ToteLot[],
): PackScan {
  const all = tote.filter((each) => each.itemId === line.itemId && each.quantity > 0);
  const isTracked = all.some(({ lot }) => lot !== '');
  const usable = scannedLot !== null && isTracked ? all.filter(({ lot }) => lot === scannedLot) : all;
  const lots: { lot: string; quantity: number }[] = [];
  let missing = quantity;
  for (const { lot, quantity: there } of [...usable].sort((one, two) => (one.lot < two.lot ? -1 : 1))) {
    const taken = Math.min(there, missing);
    if (taken > 0) lots.push({ lot, quantity: taken });
    missing -= taken;
  }
  if (missing === 0) return { kind: 'pack', line, quantity, lots };
  const held = all.map(({ lot }) => lot || 'no lot');
  const there = held.join(', ') || 'nothing';
  return {
    kind: 'wrong-lot',
    detail: `The tote holds ${there} of ${line.sku}, not ${quantity} of ${scannedLot ?? 'it'}.`,
    facts: { sku: line.sku, lot: scannedLot, held },
  };
}

/** How many units of the line the code stands for; null when it is not this item's. */
function quantityNamed(line: PackLine, kind: string, value: string, data: string): number | null {
  if (kind === 'item') return value === line.sku ? 1 : null;
  const match = line.barcodes.find(({ code }) => code === data || sameGtin(code, value));
  return match?.quantity ?? null;
}

function sameGtin(one: string, two: string): boolean {
  return isGtin(one) && isGtin(two) && normaliseGtin(one) === normaliseGtin(two);
}

function openLines(lines: readonly PackLine[]): PackLine[] {
  return lines.filter(({ left }) => left > 0);
}

function neededInWords(lines: readonly PackLine[]): string {
  const open = openLines(lines).map(({ sku, left }) => `${left} of ${sku}`);
  if (open.length === 0) return 'Nothing more belongs into this parcel';
  return `Need ${open.slice(0, 3).join(', ')}${open.length > 3 ? ' ...' : ''}`;
}
