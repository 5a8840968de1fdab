import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { IntakeRow } from './intake.service.js';
import { ROW_BYTES_MAX, readCsv, readNdjson } from './read-order-rows.js';

const order = (externalRef: string) => ({
  externalRef,
  carrier: 'post',
  service: 'standard',
  consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
  lines: [{ sku: 'SKU-1', quantity: 2 }],
});

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(rows: AsyncIterable<IntakeRow>): Promise<IntakeRow[]> {
  const found: IntakeRow[] = [];
  for await (const each of rows) found.push(each);
  return found;
}

describe('readNdjson', () => {
  it('reads the same rows however the bytes are cut', async () => {
    const text = [order('Ä-1'), order('B-2'), order('C-3')].map((each) => JSON.stringify(each)).join('\n');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        const rows = await all(readNdjson(chunks(text, size)));
        expect(rows.map(({ row, externalRef, faults }) => [row, externalRef, faults])).toEqual([
          [1, 'Ä-1', []],
          [2, 'B-2', []],
          [3, 'C-3', []],
        ]);
      }),
      { numRuns: 40 },
    );
  });

  it('goes on after rows that are broken, oversized or blank', async () => {
    const text = `{"externalRef": \n\n${'x'.repeat(ROW_BYTES_MAX + 1)}\n${JSON.stringify(order('D-4'))}\n`;
    const rows = await all(readNdjson(chunks(text, 4096)));
    expect(rows.map(({ row, order: read, faults }) => [row, read !== null, faults[0]?.message])).toEqual([
      [1, false, 'is not JSON'],
      [3, false, `is longer than ${ROW_BYTES_MAX} bytes`],
      [4, true, undefined],
    ]);
  });
});

describe('readCsv', () => {
  const header = 'externalRef,carrier,service,name,street,city,postcode,country,sku,quantity';

  it('joins the rows of one order and counts them from the first', async () => {
    const text = [
      header,
      'A,post,standard,Ann,Main 1,Lille,59000,FR,S-1,2',
      'A,,,,,,,,S-2,3',
      'B,post,standard,Bo,Side 2,Lyon,69001,FR,S-1,1',
    ].join('\r\n');
    const rows = await all(readCsv(chunks(text, 7)));
    expect(rows.map(({ row, order: read }) => [row, read?.lines])).toEqual([
      [
        1,
        [
          { sku: 'S-1', quantity: 2 },
          { sku: 'S-2', quantity: 3 },
        ],
      ],
      [3, [{ sku: 'S-1', quantity: 1 }]],
    ]);
  });

  it('names a column that it does not know and a quantity that is none', async () => {
    const unknown = await all(
      readCsv(chunks(`${header},colour\nA,post,standard,Ann,Main 1,Lille,59000,FR,S-1,2,red`, 50)),
    );
    expect(unknown[0]?.faults[0]).toMatchObject({ field: 'colour' });
    const many = await all(
      readCsv(chunks(`${header}\nA,post,standard,Ann,Main 1,Lille,59000,FR,S-1,many`, 50)),
    );
    expect(many[0]?.faults.map(({ field }) => field)).toEqual(['lines.0.quantity']);
  });
});
