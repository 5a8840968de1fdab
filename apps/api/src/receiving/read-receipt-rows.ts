import { csvRecords } from '../platform/http/csv-records.js';
import { readJson } from '../platform/http/read-json.js';
import { splitLines } from '../platform/http/split-lines.js';

/** A longer row is refused and skipped. */
export const RECEIPT_ROW_BYTES_MAX = 256 * 1024;

/** Lines of one receipt. */
export const RECEIPT_LINES_MAX = 1_000;

/** One receipt of a file, as it was sent: whether it is one the form of single receipts decides. */
export interface ReceiptRow {
  /** From 1, as the sender counts; the header of a CSV file is not counted. */
  row: number;
  receipt: unknown;
  /** Set when the row could not even be read. */
  fault: string | null;
}

/** NDJSON: one receipt a line. A broken line does not stop the others. */
export async function* readReceiptNdjson(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ReceiptRow> {
  let row = 0;
  for await (const line of splitLines(stream, RECEIPT_ROW_BYTES_MAX)) {
    row += 1;
    if (line === null) yield broken(row, `is longer than ${RECEIPT_ROW_BYTES_MAX} bytes`);
    else if (line.trim() !== '') yield readLine(row, line);
  }
}

/**
 * CSV with a header: merchantCode, reference, expectedOn, sku, quantity, lot, expiresOn. Rows with the same reference that
 * follow each other are one receipt.
 */
export async function* readReceiptCsv(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ReceiptRow> {
  let row = 0;
  let first = 1;
  let open: { reference?: string; lines: unknown[] } | null = null;
  try {
    for await (const record of csvRecords(stream, { bytesMax: RECEIPT_ROW_BYTES_MAX })) {
      row += 1;
      if (open !== null && open.reference === record.reference) {
        // One more than allowed is enough for the refusal; the rest of an endless receipt is not kept.
        if (open.lines.length <= RECEIPT_LINES_MAX) open.lines.push(lineOf(record));
        continue;
      }
      if (open !== null) yield { row: first, receipt: open, fault: null };
      first = row;
      open = { ...filled(record, ['merchantCode', 'reference', 'expectedOn']), lines: [lineOf(record)] };
    }
  } catch (error) {
    yield broken(row + 1, `can't be read as CSV: ${(error as Error).message}`);
    return;
  }
  if (open !== null) yield { row: first, receipt: open, fault: null };
}

function readLine(row: number, line: string): ReceiptRow {
  try {
    return { row, receipt: readJson(line), fault: null };
  } catch {
    return broken(row, 'is not JSON');
  }
}

function lineOf(record: Record<string, string>): Record<string, unknown> {
  const quantity = record.quantity ?? '';
  return {
    ...filled(record, ['sku', 'lot', 'expiresOn']),
    quantity: /^\d{1,9}$/.test(quantity) ? Number(quantity) : quantity,
  };
}

function filled(record: Record<string, string>, columns: string[]): Record<string, string> {
  return Object.fromEntries(columns.flatMap((column) => (record[column] ? [[column, record[column]]] : [])));
}

function broken(row: number, fault: string): ReceiptRow {
  return { row, receipt: null, fault };
}
