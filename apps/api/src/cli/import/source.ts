import { readFile } from 'node:fs/promises';
import { parse as parseCsv } from 'csv-parse/sync';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';

/** Something wrong in a file, said so that a person finds it. */
export interface SourceFault {
  file: string;
  line: number;
  message: string;
}

/** What a file holds, with the way back to its lines. */
export interface Source {
  file: string;
  value: unknown;
  /** The line on which the value at this path begins, such as ['zones', 3, 'code']. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Reads a YAML (or JSON) file. Null with a fault when it can't be read. */
export async function readYaml(path: string, file: string, faults: SourceFault[]): Promise<Source | null> {
  const text = await readText(path, file, faults);
  if (text === null) return null;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  for (const error of document.errors) {
    faults.push({ file, line: lines.linePos(error.pos[0]).line, message: error.message.split('\n')[0]! });
  }
  if (document.errors.length > 0) return null;
  return { file, value: document.toJS() as unknown, lineOf: (at) => lineOf(document, lines, at) };
}

/** Reads a CSV file with a header; the value is a list of records of text. */
export async function readCsv(path: string, file: string, faults: SourceFault[]): Promise<Source | null> {
  const text = await readText(path, file, faults);
  if (text === null) return null;
  try {
    const options = { columns: true, bom: true, trim: true, skip_empty_lines: true, info: true } as const;
    const found = parseCsv(text, options) as unknown as {
      record: Record<string, string>;
      info: { lines: number };
    }[];
    const lineOfRow = (at: readonly (string | number)[]) => found[Number(at[0])]?.info.lines ?? 1;
    return { file, value: found.map(({ record }) => record), lineOf: lineOfRow };
  } catch (error) {
    const { lines = 1, message } = error as { lines?: number; message: string };
    faults.push({ file, line: lines, message });
    return null;
  }
}

async function readText(path: string, file: string, faults: SourceFault[]): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    faults.push({ file, line: 0, message: missing ? 'the file is missing' : (error as Error).message });
    return null;
  }
}

/** The line of the value at the path, or of the nearest parent that exists. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
