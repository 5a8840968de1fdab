import { describe, expect, it } from '@jest/globals';
import { expandAisles } from './expand.js';

const block = {
  zone: 'FAST',
  type: 'pick-face',
  aisles: [3, 4] as [number, number],
  bays: 3,
  levels: 2,
  xMm: 1_000,
  yMm: 5_000,
  aisleSpacingMm: 3_000,
  bayWidthMm: 1_200,
};

describe('expandAisles', () => {
  const locations = expandAisles([block]);

  it('makes every location once, with its place', () => {
    expect(locations).toHaveLength(2 * 3 * 2);
    expect(new Set(locations.map(({ code }) => code)).size).toBe(12);
    expect(locations.find(({ code }) => code === 'A-04-03-2')).toEqual({
      code: 'A-04-03-2',
      zone: 'FAST',
      type: 'pick-face',
      aisle: 4,
      bay: 3,
      level: 2,
      xMm: 4_000,
      yMm: 7_400,
      pickSequence: 4_012,
    });
  });

  it('walks up the odd aisles and down the even ones', () => {
    const walked = [...locations]
      .sort((one, other) => one.pickSequence - other.pickSequence)
      .map(({ code }) => code);
    expect(walked.slice(0, 2)).toEqual(['A-03-01-1', 'A-03-01-2']);
    expect(walked.slice(6, 8)).toEqual(['A-04-03-1', 'A-04-03-2']);
    expect(walked.at(-1)).toBe('A-04-01-2');
  });
});
