import type { NewOrder } from '#lib/contracts';
import { csvRecords } from '../platform/http/csv-records.js';
import { readJson } from '../platform/http/read-json.js';
import { splitLines } from '../platform/http/split-lines.js';
import type { FieldError } from '../platform/refusal.js';
import type { IntakeRow } from './intake.service.js';
import { ORDER_LIMITS } from './order-limits.js';
import { orderFaults } from './validate-order.js';

/** A longer row is refused and skipped, without being kept. */
export const ROW_BYTES_MAX = 128 * 1024;

/** Reads NDJSON: one order a line. Broken, oversized and blank lines do not stop the others. */
export async function* readNdjson(stream: AsyncIterable<Uint8Array>): AsyncGenerator<IntakeRow> {
  let row = 0;
  for await (const line of splitLines(stream, ROW_BYTES_MAX)) {
    row += 1;
    if (line === null) yield refusedRow(row, `is longer than ${ROW_BYTES_MAX} bytes`);
    else if (line.trim() !== '') yield readJsonRow(row, line);
  }
}

function readJsonRow(row: number, line: string): IntakeRow {
  let value: unknown;
  try {
    value = readJson(line);
  } catch {
    return refusedRow(row, 'is not JSON');
  }
  return checkedRow(row, value);
}

function checkedRow(row: number, value: unknown): IntakeRow {
  const faults = orderFaults(value);
  const ref = (value as { externalRef?: unknown } | null)?.externalRef;
  const externalRef = typeof ref === 'string' ? ref.slice(0, 64) : null;
  return { row, order: faults.length === 0 ? (value as NewOrder) : null, externalRef, faults };
}

function refusedRow(row: number, message: string): IntakeRow {
  return { row, order: null, externalRef: null, faults: [{ field: 'row', message }] };
}

const CONSIGNEE = [
  'name',
  'company',
  'street',
  'street2',
  'city',
  'region',
  'postcode',
  'country',
  'phone',
] as const;
const COLUMNS = new Set<string>([
  'externalRef',
  'merchantCode',
  'carrier',
  'service',
  'priority',
  'cutOffAt',
  ...CONSIGNEE,
  'sku',
  'quantity',
]);

/**
 * Reads CSV with a header: a row is one line of an order; rows with the same externalRef that follow each other are one order, whose
 * head is taken from its first row. Rows are counted without the header.
 */
export async function* readCsv(stream: AsyncIterable<Uint8Array>): AsyncGenerator<IntakeRow> {
  let row = 0;
  let first = 1;
  let open: NewOrder | null = null;
  try {
    for await (const record of csvRecords(stream, { bytesMax: ROW_BYTES_MAX, ragged: true })) {
      row += 1;
      const unknown = Object.keys(record).filter((column) => !COLUMNS.has(column));
      if (unknown.length > 0 && row === 1) {
        yield { row, order: null, externalRef: null, faults: unknown.map((field) => columnFault(field)) };
        return;
      }
      if (open !== null && open.externalRef === record.externalRef) {
        // One more than allowed is enough for the refusal; the rest of an endless order is not kept.
        if (open.lines.length <= ORDER_LIMITS.lines) open.lines.push(lineOf(record));
        continue;
      }
      if (open !== null) yield checkedRow(first, open);
      first = row;
      open = orderOf(record);
    }
  } catch (error) {
    yield refusedRow(row + 1, `can't be read as CSV: ${(error as Error).message}`);
    return;
  }
  if (open !== null) yield checkedRow(first, open);
}

function columnFault(field: string): FieldError {
  return { field, message: `is no column of an order; known are ${[...COLUMNS].join(', ')}` };
}

function orderOf(record: Record<string, string>): NewOrder {
  const head = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (record[name] ? [[name, record[name]]] : [])));
  const order: Record<string, unknown> = {
    ...head(['externalRef', 'merchantCode', 'carrier', 'service', 'cutOffAt']),
    consignee: head(CONSIGNEE),
    lines: [lineOf(record)],
  };
  if (record.priority) order.priority = numberOf(record.priority);
  return order as unknown as NewOrder;
}

function lineOf(record: Record<string, string>): NewOrder['lines'][number] {
  return { sku: record.sku ?? '', quantity: numberOf(record.quantity ?? '') as number };
}

/** The number, or the text as it was so that the check names it. */
function numberOf(text: string): number | string {
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}
