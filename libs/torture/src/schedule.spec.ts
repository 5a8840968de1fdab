import { describe, expect, it } from '@jest/globals';
import { Seeded } from '#lib/sim';
import { dealBurst, isKill } from './schedule.js';

const size = { apis: 2, agents: 3, links: 13, databaseLinks: [0, 2], mqttLinks: [1, 3, 4], clocks: true };

describe('a burst', () => {
  it('is dealt the same by the same dice and differently by others', () => {
    const deal = (seed: number) => JSON.stringify(dealBurst(10, size, new Seeded(seed), true));
    expect(deal(7)).toBe(deal(7));
    expect(deal(7)).not.toBe(deal(8));
  });

  it.each([1, 10, 25, 50])(
    'of %i kills ends so many processes and leaves no kind of trouble out',
    (kills) => {
      const faults = dealBurst(kills, size, new Seeded(kills), true);
      expect(faults.filter(isKill)).toHaveLength(kills);
      const kinds = new Set(faults.map(({ kind }) => kind));
      for (const kind of [
        'freeze',
        'cut',
        'partition',
        'half-open',
        'mangle',
        'commit-cut',
        'disk',
        'clock',
        'clone',
      ])
        expect(kinds).toContain(kind);
      if (kills >= 10) expect(kinds).toContain('power-loss');
    },
  );

  it('turns no clock where none can be turned', () => {
    const faults = dealBurst(50, { ...size, clocks: false }, new Seeded(1), false);
    expect(faults.some(({ kind }) => kind === 'clock' || kind === 'clone')).toBe(false);
  });
});
