import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import { Seeded } from '#lib/sim';
import { cutPower } from './power-loss.js';

it('takes what no sync has covered and tears the rest; the store opens again with all that was synced', async () => {
  const root = await mkdtemp(join(tmpdir(), 'power-loss-'));
  for (let seed = 1; seed <= 20; seed += 1) {
    const dir = join(root, String(seed));
    const db = new ClassicLevel<string, string>(dir);
    await db.put('synced', 'stays', { sync: true });
    const log = join(dir, '000003.log');
    const { size } = await stat(log);
    await db.put('unsynced', 'x'.repeat(500));
    await db.close();
    const { lostBytes, tornBytes } = await cutPower(dir, new Map([['000003.log', size]]), new Seeded(seed));
    expect(lostBytes).toBeGreaterThan(500);
    expect((await stat(log)).size).toBe(size + tornBytes);
    await db.open();
    expect([await db.get('synced'), await db.get('unsynced')]).toEqual(['stays', undefined]);
    await db.close();
  }
  await rm(root, { recursive: true });
});

it('leaves a log empty that was never synced', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'power-loss-'));
  await writeFile(join(dir, '000009.log'), 'abc');
  await cutPower(dir, new Map(), new Seeded(3));
  expect((await stat(join(dir, '000009.log'))).size).toBeLessThan(3);
  await rm(dir, { recursive: true });
});
