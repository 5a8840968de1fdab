import { csvRecords } from '../platform/http/csv-records.js';
import { readJson } from '../platform/http/read-json.js';
import { splitLines } from '../platform/http/split-lines.js';
import type { ItemRow } from './catalog.service.js';

export const ITEM_ROW_BYTES_MAX = 32 * 1024;

const NUMBERS = ['lengthMm', 'widthMm', 'heightMm', 'weightGrams'];

/** NDJSON: one item a line. A broken line does not stop the others. */
export async function* readItemNdjson(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ItemRow> {
  let row = 0;
  for await (const line of splitLines(stream, ITEM_ROW_BYTES_MAX)) {
    row += 1;
    if (line === null) yield broken(row, `is longer than ${ITEM_ROW_BYTES_MAX} bytes`);
    else if (line.trim() !== '') yield readLine(row, line);
  }
}

function readLine(row: number, line: string): ItemRow {
  try {
    return { row, item: readJson(line) };
  } catch {
    return broken(row, 'is not JSON');
  }
}

/**
 * CSV with a header: merchantCode, sku, name, lengthMm, widthMm, heightMm, weightGrams, tracking, fragile, barcodes. Several barcodes
 * are separated by spaces; `10012345678902*12` is a pack of 12.
 */
export async function* readItemCsv(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ItemRow> {
  let row = 0;
  try {
    for await (const record of csvRecords(stream, { bytesMax: ITEM_ROW_BYTES_MAX })) {
      row += 1;
      yield { row, item: itemOfCsv(record) };
    }
  } catch (error) {
    yield broken(row + 1, `can't be read as CSV: ${(error as Error).message}`);
  }
}

/** A CSV row as the item it stands for; what is no number stays text, so that the check names it. */
export function itemOfCsv(record: Record<string, string>): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const [column, text] of Object.entries(record)) {
    if (column === 'barcodes') item.barcodes = text.split(/\s+/).filter(Boolean).map(barcodeOf);
    else if (text === '') continue;
    else if (NUMBERS.includes(column)) item[column] = /^\d{1,9}$/.test(text) ? Number(text) : text;
    else if (column === 'fragile') item.fragile = text === 'true' ? true : text === 'false' ? false : text;
    else item[column] = text;
  }
  item.barcodes ??= [];
  return item;
}

function barcodeOf(text: string): { code: string; quantity?: number } {
  const pack = /^(.+)\*(\d{1,6})$/.exec(text);
  return pack ? { code: pack[1]!, quantity: Number(pack[2]) } : { code: text };
}

function broken(row: number, message: string): ItemRow {
  return { row, item: null, fault: { field: 'row', message } };
}
