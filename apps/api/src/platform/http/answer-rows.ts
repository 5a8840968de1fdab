import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, currentActor, currentTrace, withContext } from '../context.js';
import { Refusal } from '../refusal.js';

type Bytes = AsyncIterable<Uint8Array>;

/** How a file of rows is read and taken in. */
export interface RowIntake<R> {
  /** For the refusal's code: `<module>.media-type`. */
  module: string;
  readCsv: (stream: Bytes) => AsyncIterable<R>;
  readNdjson: (stream: Bytes) => AsyncIterable<R>;
  /** Rows that go into one transaction: enough to be fast, few enough not to hold locks for long. */
  batchRows: number;
  /** One result per row, in the order of the rows. */
  take: (rows: R[]) => Promise<unknown[]>;
}

/**
 * Takes a file in, NDJSON or CSV, and answers one JSON result a row while it reads: neither the file nor the answers are ever held
 * whole. The stream is read outside the request's own async context, so each batch runs in a copy of it.
 * @throws Refusal 415 for another content type
 */
export function answerRows<R>(
  request: FastifyRequest,
  contentType: string,
  intake: RowIntake<R>,
): StreamableFile {
  const stream = request.body as Bytes | undefined;
  const csv = contentType.startsWith('text/csv');
  if (!stream || !(csv || contentType.startsWith('application/x-ndjson'))) {
    throw new Refusal(`${intake.module}.media-type`, 'Send application/x-ndjson or text/csv.', {
      status: 415,
    });
  }
  const rows = csv ? intake.readCsv(stream) : intake.readNdjson(stream);
  return new StreamableFile(
    Readable.from(answers(rows, intake, currentTrace(), currentActor()), { objectMode: false }),
    {
      type: 'application/x-ndjson',
    },
  );
}

async function* answers<R>(
  rows: AsyncIterable<R>,
  { batchRows, take }: RowIntake<R>,
  trace: string,
  actor: Actor | null,
): AsyncGenerator<string> {
  let batch: R[] = [];
  const taken = async () => {
    const results = await withContext(trace, actor, () => take(batch));
    batch = [];
    return results.map((result) => `${JSON.stringify(result)}\n`).join('');
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= batchRows) yield await taken();
  }
  if (batch.length > 0) yield await taken();
}
