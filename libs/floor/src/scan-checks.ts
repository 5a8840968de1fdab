import { type IdentifiedScan, identifyScan } from '#lib/barcodes';

export type WrongCode =
  | 'unreadable'
  | 'wrong-location'
  | 'wrong-item'
  | 'wrong-lot'
  | 'too-many'
  | 'wrong-tote'
  | 'tote-in-use'
  | 'wrong-station'
  | 'not-now';

/** Why a scan is not what is needed: "need A-03-2, got A-03-1". A wrong scan changes nothing. */
export interface WrongScan {
  code: WrongCode;
  needed: string;
  got: string;
}

/** What must be known of an item to recognise its barcodes. */
export interface ScannableItem {
  sku: string;
  barcodes: readonly { code: string; quantity: number }[];
}

/** Units that item scans stand for, or the scan that is wrong. */
export type ItemCount = { ok: true; units: number } | { ok: false; wrong: WrongScan };

/** What a person calls the thing that was scanned. */
export function nameOfScan(scan: IdentifiedScan): string {
  return scan.value || scan.data || '?';
}

/** Null when the scan names this location. */
export function checkLocationScan(code: string, raw: string): WrongScan | null {
  const scan = identifyScan(raw);
  if (scan.kind === 'location' && scan.value === code) return null;
  return wrong(scan, 'wrong-location', code);
}

/** Null when the scan is this container's plate; any container's where none is known yet. */
export function checkContainerScan(lpn: string | null, raw: string): WrongScan | null {
  const scan = identifyScan(raw);
  if (scan.kind === 'container' && (lpn === null || scan.value === lpn)) return null;
  return wrong(scan, 'wrong-tote', lpn ?? 'T-');
}

/** Null when the scan is this station's; any station's where none is asked for. */
export function checkStationScan(code: string | null, raw: string): WrongScan | null {
  const scan = identifyScan(raw);
  if (scan.kind === 'station' && (code === null || scan.value === code)) return null;
  return wrong(scan, 'wrong-station', code ?? 'S-');
}

/** How many units one scan of an item stands for: a pack's barcode counts its pack. */
export function readItemScan(item: ScannableItem, lot: string, raw: string): ItemCount {
  const scan = identifyScan(raw);
  const quantity = quantityOf(item, scan);
  if (quantity === null) return { ok: false, wrong: wrong(scan, 'wrong-item', item.sku) };
  if (scan.kind === 'gtin' && lot !== '' && scan.lot !== null && scan.lot !== lot) {
    return { ok: false, wrong: { code: 'wrong-lot', needed: lot, got: scan.lot } };
  }
  return { ok: true, units: quantity };
}

/** All scans of one task together: each must be the item, and their units must not pass what is asked for. */
export function checkItemScans(
  item: ScannableItem,
  wanted: { lot: string; quantity: number },
  scans: readonly string[],
): ItemCount {
  let units = 0;
  for (const raw of scans) {
    const read = readItemScan(item, wanted.lot, raw);
    if (!read.ok) return read;
    units += read.units;
    if (units > wanted.quantity) {
      return { ok: false, wrong: { code: 'too-many', needed: String(wanted.quantity), got: String(units) } };
    }
  }
  return { ok: true, units };
}

/** True when two barcodes are the same: GTINs of different lengths are, when their digits are. */
export function sameBarcode(one: string, two: string): boolean {
  if (one === two) return true;
  return /^\d{8,14}$/.test(one) && /^\d{8,14}$/.test(two) && one.padStart(14, '0') === two.padStart(14, '0');
}

function quantityOf(item: ScannableItem, scan: IdentifiedScan): number | null {
  if (scan.kind === 'item') return scan.value === item.sku ? 1 : null;
  // A barcode of somebody's own may look like an SSCC.
  if (!['gtin', 'unknown', 'sscc'].includes(scan.kind)) return null;
  const known = item.barcodes.find(
    ({ code }) => sameBarcode(code, scan.value) || sameBarcode(code, scan.data),
  );
  return known?.quantity ?? null;
}

function wrong(scan: IdentifiedScan, code: WrongCode, needed: string): WrongScan {
  const unreadable = scan.kind === 'unknown' && scan.fault !== null;
  return { code: unreadable ? 'unreadable' : code, needed, got: nameOfScan(scan) };
}
