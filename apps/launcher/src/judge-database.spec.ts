import { describe, expect, it } from '@jest/globals';
import { whyNotThisDatabase } from './judge-database.js';

const ours = { serverVersion: 180_001, tables: ['migrations', 'sites'], applied: [1, 2] };

describe('a database that is given', () => {
  it.each([
    ['an empty one', { ...ours, tables: [], applied: [] }],
    ['one of this version', ours],
    ['an older one, which will be migrated', { ...ours, applied: [1] }],
    ['the oldest server', { ...ours, serverVersion: 150_000 }],
  ])('may be %s', (_, facts) => {
    expect(whyNotThisDatabase(facts, [1, 2])).toBeNull();
  });

  it.each([
    ['of an old server', { ...ours, serverVersion: 140_011 }, /PostgreSQL 14 is too old/],
    [
      'with other tables',
      { ...ours, tables: ['invoices', 'ledger'], applied: [] },
      /other tables \(invoices, ledger/,
    ],
    ['of a newer version', { ...ours, applied: [1, 2, 3] }, /newer version/],
    ['of another program', { ...ours, applied: [77] }, /another program/],
  ])('must not be one %s', (_, facts, sentence) => {
    expect(whyNotThisDatabase(facts, [1, 2])).toMatch(sentence);
  });
});
