import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually, FakeClock, freshDatabase } from './index.js';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('freshDatabase', () => {
  it('is migrated, and what one spec file writes no other sees', async () => {
    const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
    try {
      const insert = `INSERT INTO sites (id, code, name, timezone, created_at) VALUES (1, 'a', 'A', 'UTC', now())`;
      await ask(one.ownerUrl, insert);
      expect(await ask(one.ownerUrl, 'SELECT code FROM sites')).toEqual([{ code: 'a' }]);
      expect(await ask(other.ownerUrl, 'SELECT code FROM sites')).toEqual([]);
      expect(await ask(one.appUrl, 'SELECT current_user AS role')).toEqual([{ role: 'wavehouse_app' }]);
    } finally {
      await Promise.all([one.drop(), other.drop()]);
    }
    await expect(ask(one.superuserUrl, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});

describe('eventually', () => {
  it('answers as soon as the probe holds', async () => {
    let tries = 0;
    expect(await eventually(() => ++tries >= 3 && tries)).toBe(3);
  });

  it('throws what was still wrong at the limit', async () => {
    const never = eventually(() => expect(1).toBe(2), { limitMs: 30 });
    await expect(never).rejects.toThrow(/Expected: .*2/s);
  });
});

describe('FakeClock', () => {
  it('stands still until it is moved', () => {
    const clock = new FakeClock('2026-01-05T08:00:00Z');
    clock.advance(90_000);
    expect(clock.now().toISOString()).toBe('2026-01-05T08:01:30.000Z');
  });
});
