import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Candidate, readBatch } from './read-batch.js';
import { nextInOrder } from './uplink.service.js';

const SESSION = '01a1ff66-198c-72f8-92a1-a469073d0b30';
const good = {
  stream: 's',
  seq: 1,
  id: '01a1ff66-198c-72f8-92a1-a469073d0b31',
  kind: 'scan.read',
  device: 'SCAN-1',
  at: '2026-01-05T08:00:00.000Z',
  monotonicMs: 12.5,
  data: { code: 'T-000001' },
  trace: 'a'.repeat(32),
};
const seal = (record: object) => ({
  ...record,
  crc: crc32(JSON.stringify(record)).toString(16).padStart(8, '0'),
});
const read = (...records: unknown[]) =>
  readBatch(Buffer.from(JSON.stringify({ session: SESSION, records })), 's');

describe('readBatch', () => {
  it('reads a sound record as it is', () => {
    expect(read(seal(good))).toMatchObject({
      session: SESSION,
      candidates: [{ seq: 1, record: seal(good), fault: null }],
    });
  });

  it.each([
    ['another stream', { stream: 't' }, /stream/],
    ['no UUID', { id: 'x' }, /id/],
    ['an unknown kind', { kind: 'constructor' }, /kind/],
    ['a device that is no code', { device: 7 }, /device/],
    ['no time', { at: 'yesterday' }, /at/],
    ['a trace that is none', { trace: 'x' }, /trace/],
    ['bytes that are no hex', { rawHex: 'xyz' }, /rawHex/],
    ['data that is no object', { data: 'x' }, /data/],
    ['a NUL character', { data: { code: '\u0000' } }, /NUL/],
  ])('keeps a record with %s only to refuse it', (_name, change, fault) => {
    const [candidate] = read(seal({ ...good, ...change }))!.candidates;
    expect(candidate).toMatchObject({ seq: 1, record: null, fault: expect.stringMatching(fault) });
  });

  it('notices any record that was altered after it was sealed', () => {
    const altered = { ...seal(good), data: { code: 'T-000002' } };
    expect(read(altered)!.candidates[0]!.fault).toMatch(/checksum/);
  });

  it('stops at what has no place in the stream', () => {
    const candidates = read(seal(good), { ...seal(good), seq: '2' }, seal({ ...good, seq: 3 }))!.candidates;
    expect(candidates.map(({ seq }) => seq)).toEqual([1]);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array().map(String)), (text) => {
        readBatch(Buffer.from(text), 's');
      }),
    );
    fc.assert(fc.property(fc.array(fc.jsonValue()), (records) => void read(...records)));
  });
});

describe('nextInOrder', () => {
  const of = (...seqs: number[]) => seqs.map((seq) => ({ seq }) as Candidate);
  it.each([
    [0, [1, 2, 3], [1, 2, 3]],
    [2, [1, 2, 3, 4], [3, 4]],
    [3, [1, 2, 3], []],
    [0, [2, 3], []],
    [0, [1, 3], [1]],
    [1, [1, 2, 2, 3], [2, 3]],
    [5, [], []],
  ])('after %i, of %p it takes %p', (last, offered, taken) => {
    expect(nextInOrder(of(...offered), last).map(({ seq }) => seq)).toEqual(taken);
  });
});
