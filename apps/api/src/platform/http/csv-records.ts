import { type Parser, parse } from 'csv-parse';

export interface CsvLimits {
  /** A longer record is an error. */
  bytesMax: number;
  /** Whether records may have fewer or more columns than the header. */
  ragged?: boolean;
}

/**
 * The records of a CSV file with a header, at the pace of whoever takes them. After an error the rest of the file is read and dropped, so
 * that its sender gets to read the answer; a sender who hangs up is an error like any other.
 * @throws what csv-parse or the stream says
 */
export async function* csvRecords(
  stream: AsyncIterable<Uint8Array>,
  { bytesMax, ragged = false }: CsvLimits,
): AsyncGenerator<Record<string, string>> {
  const parser = parse({
    columns: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: ragged,
    max_record_size: bytesMax,
  });
  const fed = feed(parser, stream);
  try {
    for await (const record of parser as AsyncIterable<Record<string, string>>) yield record;
  } finally {
    parser.destroy();
    await fed;
  }
}

async function feed(parser: Parser, stream: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of stream) {
      if (parser.destroyed || parser.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        parser.once('drain', resolve);
        parser.once('close', resolve);
      });
    }
    if (!parser.destroyed) parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}
