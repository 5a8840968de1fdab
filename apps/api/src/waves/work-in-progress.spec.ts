import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { capacityOf, type FloorLoad, holdWave, roomOf, type StageLoad } from './work-in-progress.js';

const stage = (over: Partial<StageLoad>): StageLoad => ({
  stage: 'pick',
  orders: 0,
  ordersMax: null,
  ordersPerPerson: null,
  people: 0,
  ...over,
});

const floor = (over: Partial<FloorLoad> = {}): FloorLoad => ({
  stages: [],
  benches: [],
  services: [],
  ...over,
});

const bench = (name: string, ...states: string[]) => ({
  bench: name,
  printers: states.map((state, at) => ({ code: `${name}-${at}`, state })),
});

const lane = (code: string, fill: 'clear' | 'full' | 'jam' = 'clear', closed = false) => ({
  code,
  fill,
  closed,
});

describe('roomOf', () => {
  it.each<[string, Partial<FloorLoad>, number, string[]]>([
    ['nothing limits', {}, Number.POSITIVE_INFINITY, []],
    ['the pickers have some', { stages: [stage({ orders: 30, ordersMax: 50 })] }, 20, []],
    ['the pickers are full', { stages: [stage({ orders: 50, ordersMax: 50 })] }, 0, ['pickers-full']],
    [
      'people are few',
      { stages: [stage({ orders: 30, ordersMax: 500, ordersPerPerson: 20, people: 2 })] },
      10,
      [],
    ],
    ['nobody is there', { stages: [stage({ ordersPerPerson: 20, people: 0 })] }, 0, ['nobody-there']],
    [
      'packing is behind',
      { stages: [stage({ orders: 1, ordersMax: 50 }), stage({ stage: 'pack', orders: 80, ordersMax: 80 })] },
      0,
      ['packing-backlog'],
    ],
    [
      'half the benches print',
      {
        stages: [stage({ stage: 'pack', orders: 40, ordersMax: 80 })],
        benches: [bench('P1', 'ready'), bench('P2', 'lost')],
      },
      0,
      ['packing-backlog', 'printer-down'],
    ],
    ['one of a bench its printers works', { benches: [bench('P1', 'fault', 'ready')] }, Infinity, []],
    ['no bench prints', { benches: [bench('P1', 'lost'), bench('P2', 'fault')] }, 0, ['printers-down']],
    ['a printer has not spoken yet', { benches: [bench('P1', 'init')] }, Infinity, []],
    [
      'the put wall is full',
      { stages: [stage({ stage: 'put-wall', orders: 40, ordersMax: 40 })] },
      0,
      ['put-wall-backlog'],
    ],
  ])('is told where %s', (_name, over, orders, codes) => {
    const room = roomOf(floor(over));
    expect(room.orders).toBe(orders);
    expect(room.pressures.map(({ code }) => code)).toEqual(codes);
    for (const { text } of room.pressures) expect(text).toMatch(/\.$/);
  });

  it('holds only the services whose lanes are all full or closed', () => {
    const room = roomOf(
      floor({
        services: [
          { carrier: 'post', service: 'a', lanes: [lane('1', 'full'), lane('2', 'clear', true)] },
          { carrier: 'post', service: 'b', lanes: [lane('1', 'full'), lane('3')] },
          { carrier: 'post', service: 'c', lanes: [] },
        ],
      }),
    );
    expect(room.exceptServices).toEqual(['post/a']);
    expect(room.pressures).toMatchObject([
      { effect: 'services', text: 'No lane takes them: 1 is full, 2 is closed.' },
    ]);
    expect(room.orders).toBe(Number.POSITIVE_INFINITY);
  });

  it('never has more room when a limit falls, people leave or work grows', () => {
    const int = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(int, fc.integer({ min: 1, max: 100 }), int, int, (orders, ordersMax, people, less) => {
        const room = (over: Partial<StageLoad>) =>
          roomOf(floor({ stages: [stage({ orders, ordersMax, ordersPerPerson: 5, people, ...over })] }))
            .orders;
        expect(room({ orders: orders + less })).toBeLessThanOrEqual(room({}));
        expect(room({ people: Math.max(0, people - less) })).toBeLessThanOrEqual(room({}));
        expect(room({ ordersMax: Math.max(1, ordersMax - less) })).toBeLessThanOrEqual(room({}));
        expect(room({})).toBeLessThanOrEqual(Math.max(0, ordersMax - orders));
      }),
    );
  });

  it('leaves a stage the smaller of what equipment and people allow', () => {
    expect(capacityOf(stage({ ordersMax: 80, ordersPerPerson: 10, people: 3 }), 0.5)).toBe(30);
    expect(capacityOf(stage({ ordersMax: 80, ordersPerPerson: 10, people: 9 }), 0.5)).toBe(40);
    expect(capacityOf(stage({}), 0)).toBeNull();
  });
});

describe('holdWave', () => {
  const wave = { orders: 10, services: [{ carrier: 'post', service: 'a', orders: 10 }] };

  it.each<[string, Partial<FloorLoad>, Partial<typeof wave>, string[]]>([
    ['goes where nothing is in its way', {}, {}, []],
    ['waits for room', { stages: [stage({ orders: 45, ordersMax: 50 })] }, {}, ['no-room-to-pick']],
    ['waits for a stage', { stages: [stage({ orders: 50, ordersMax: 50 })] }, {}, ['pickers-full']],
    [
      'waits for its lane',
      { services: [{ carrier: 'post', service: 'a', lanes: [lane('1', 'jam')] }] },
      {},
      ['lane-full'],
    ],
    [
      'does not wait for the lanes of others',
      { services: [{ carrier: 'post', service: 'b', lanes: [lane('1', 'jam')] }] },
      {},
      [],
    ],
  ])('%s', (_name, load, over, codes) => {
    expect(holdWave({ ...wave, ...over }, roomOf(floor(load))).map(({ code }) => code)).toEqual(codes);
  });
});
