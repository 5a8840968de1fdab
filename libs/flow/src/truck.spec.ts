import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lanesOfTruck, truckOf } from './truck.js';

const lane = (code: string, cutOffTime: string | null = null) => ({ code, cutOffTime });
const afternoon = lane('A', '15:00');
const evening = lane('B', '18:30');
const any = lane('C');

describe('the truck of a parcel', () => {
  it.each([
    ['its own', '15:00', '15:00'],
    ['the later one', '18:30', '18:30'],
    ['the last that leaves before its cut-off', '17:59', '15:00'],
    ['the last of the day', '23:00', '18:30'],
    ['the first, where all leave later', '09:00', '15:00'],
  ])('is %s', (_name, cutOff, truck) => {
    expect(truckOf([evening, any, afternoon], cutOff)).toBe(truck);
  });

  it('is none where lanes take every truck', () => {
    expect(truckOf([any], '15:00')).toBeNull();
    expect(lanesOfTruck([any], null)).toEqual([any]);
  });

  it('fills its own lanes and those for all', () => {
    expect(lanesOfTruck([afternoon, evening, any], '18:30')).toEqual([evening, any]);
  });

  it('always has a lane where the service has one', () => {
    const time = fc.integer({ min: 0, max: 1_439 }).map((minutes) => {
      const two = (n: number) => String(n).padStart(2, '0');
      return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    });
    const lanes = fc.array(
      fc.option(time).map((cutOffTime) => ({ cutOffTime })),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(lanes, time, (of, cutOff) => {
        expect(lanesOfTruck(of, truckOf(of, cutOff)).length).toBeGreaterThan(0);
      }),
    );
  });
});
