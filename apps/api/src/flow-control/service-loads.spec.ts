import { expect, it } from '@jest/globals';
import { loadsByTruck } from './service-loads.js';

const of = (service: string) => ({ carrier: 'post', service });
const at = (hour: number) => new Date(Date.UTC(2026, 2, 2, hour));

it('gives each truck of a service what waits for it, its lanes and its duty', () => {
  const loads = loadsByTruck(
    [
      { ...of('STD'), laneId: 'A', rank: 1, cutOffTime: '15:00' },
      { ...of('STD'), laneId: 'B', rank: 1, cutOffTime: '18:30' },
      { ...of('STD'), laneId: 'C', rank: 2, cutOffTime: null },
      { ...of('XPR'), laneId: 'C', rank: 1, cutOffTime: null },
    ],
    [
      { ...of('STD'), cutOff: '15:00', parcels: 3, cutOffAt: at(15) },
      { ...of('STD'), cutOff: '16:00', parcels: 4, cutOffAt: at(16) },
      { ...of('STD'), cutOff: '18:30', parcels: 5, cutOffAt: at(18) },
    ],
    [{ ...of('STD'), truck: '18:30', laneId: 'C', since: at(9) }],
  );
  const [a, b, c] = [
    { laneId: 'A', rank: 1 },
    { laneId: 'B', rank: 1 },
    { laneId: 'C', rank: 2 },
  ];
  expect(loads).toEqual([
    { ...of('STD'), truck: '15:00', parcels: 7, cutOffAt: at(15), lanes: [a, c], duty: null },
    {
      ...of('STD'),
      truck: '18:30',
      parcels: 5,
      cutOffAt: at(18),
      lanes: [b, c],
      duty: { laneId: 'C', since: at(9) },
    },
    { ...of('XPR'), truck: null, parcels: 0, cutOffAt: null, lanes: [{ laneId: 'C', rank: 1 }], duty: null },
  ]);
});
