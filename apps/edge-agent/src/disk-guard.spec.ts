import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { DiskGuard, diskLevel, usedShareOf } from './disk-guard.js';

describe('the disk guard', () => {
  it.each([
    [0.2, 'ok'],
    [0.8999, 'ok'],
    [0.9, 'nearly-full'],
    [0.9699, 'nearly-full'],
    [0.97, 'full'],
    [1, 'full'],
  ] as const)('calls a disk that is used by a share of %d %s', (share, level) => {
    expect(diskLevel(share)).toBe(level);
  });

  it('tells each change once, there and back', async () => {
    const told: string[] = [];
    let share = 0.5;
    const guard = new DiskGuard(
      async () => share,
      (level) => told.push(level),
      pino({ level: 'silent' }),
    );
    for (share of [0.5, 0.98, 0.99, 0.91, 0.3]) await guard.look();
    expect(told).toEqual(['full', 'nearly-full', 'ok']);
  });

  it('holds the last level while the disk cannot be looked at, says so once, and goes on looking', async () => {
    const said: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line).msg) });
    let share: number | Error = 0.98;
    const guard = new DiskGuard(
      async () => {
        if (share instanceof Error) throw share;
        return share;
      },
      () => {},
      log,
    );
    await guard.look();
    share = new Error('EIO: i/o error, statfs');
    await guard.look();
    await guard.look();
    expect(guard.level).toBe('full');
    expect(said).toEqual(['nobody knows how full the disk is']);
    share = 0.2;
    await guard.look();
    expect(guard.level).toBe('ok');
  });

  it('reads the real file system', async () => {
    const share = await usedShareOf(tmpdir());
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(1);
  });
});
