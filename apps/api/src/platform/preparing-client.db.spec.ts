import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { type FreshDatabase, freshDatabase } from '#lib/testkit';
import { dataSourceOptions } from '../../../../ormconfig.js';

let database: FreshDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await freshDatabase();
  // One connection, so that what was prepared is seen by whoever asks.
  source = await new DataSource(dataSourceOptions(database.appUrl, 1)).initialize();
});

afterAll(async () => {
  await source?.destroy();
  await database.drop();
});

const prepared = async (text: string): Promise<number> => {
  const [found] = (await source.query(
    `select count(*)::int as n from pg_prepared_statements where statement = '${text}'`,
  )) as { n: number }[];
  return found!.n;
};

describe('PreparingClient', () => {
  it('prepares what is sent often and answers the same', async () => {
    const text = 'select $1::int + 1 as more';
    for (let n = 0; n < 30; n += 1) expect(await source.query(text, [n])).toEqual([{ more: n + 1 }]);
    expect(await prepared(text)).toBe(1);
  });

  it('goes on after a prepared statement was refused', async () => {
    const text = 'select 1 / $1::int as share';
    for (let n = 0; n < 30; n += 1) await source.query(text, [1]);
    await expect(source.query(text, [0])).rejects.toThrow('division by zero');
    expect(await source.query(text, [1])).toEqual([{ share: 1 }]);
  });

  it('sends long lists to be planned for themselves', async () => {
    const text = 'select cardinality($1::int[]) as n';
    for (let n = 0; n < 30; n += 1)
      expect(await source.query(text, [Array(60).fill(7)])).toEqual([{ n: 60 }]);
    expect(await prepared(text)).toBe(0);
  });

  it('outlives what a dying server says when nobody listens any more', async () => {
    const { driver } = source as unknown as { driver: { master: pg.Pool } };
    const client = await driver.master.connect();
    const gone = new Error('terminating connection due to unexpected postmaster exit');
    for (let n = 0; n < 2; n += 1) expect(() => client.emit('error', gone)).not.toThrow();
    client.release(true);
    expect(await source.query('select 1 as n')).toEqual([{ n: 1 }]);
  });
});
