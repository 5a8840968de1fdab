import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EdgeLane, EdgePoint, EdgeRoute, RoutesMessage } from '#lib/contracts';
import { RouteTable } from './route-table.js';

const route = (parcelId: string, codes: string[], lane = 'A'): EdgeRoute => ({
  parcelId,
  codes,
  lane,
  alternatives: [],
});
const lane = (code: string, state: EdgeLane['state']): EdgeLane => ({ code, state });
const point: EdgePoint = {
  code: 'P1',
  device: 'plc-1',
  exceptionLane: 'EXC',
  noReadLane: 'NOREAD',
  recirculationLane: null,
  lapsMax: 0,
  deadlineMs: 600,
};
const snapshot = (
  version: number,
  routes: EdgeRoute[],
  lanes: EdgeLane[] = [lane('A', 'open')],
): RoutesMessage => ({
  kind: 'snapshot',
  version,
  routes,
  lanes,
  points: [point],
});
const change = (
  version: number,
  news: { set?: EdgeRoute[]; removed?: string[]; lanes?: EdgeLane[] },
): RoutesMessage => ({
  kind: 'change',
  version,
  set: news.set ?? [],
  removedParcelIds: news.removed ?? [],
  lanes: news.lanes ?? [],
});

let table: RouteTable;
beforeEach(() => {
  table = new RouteTable();
  table.apply(snapshot(5, [route('p1', ['c1', 'c2']), route('p2', ['c3'])]));
});

describe('versions', () => {
  it('takes the next change', () => {
    expect(table.apply(change(6, { set: [route('p3', ['c4'])], removed: ['p1'] }))).toBe('applied');
    expect(table.routeOf('c4')?.parcelId).toBe('p3');
    expect(table.routeOf('c1')).toBeUndefined();
    expect(table.routeOf('c2')).toBeUndefined();
    expect(table.version).toBe(6);
  });

  it('changes nothing on a gap or an old change', () => {
    expect(table.apply(change(7, { removed: ['p1'] }))).toBe('gap');
    expect(table.apply(change(5, { removed: ['p1'] }))).toBe('stale');
    expect(table.routeOf('c1')?.parcelId).toBe('p1');
    expect(table.version).toBe(5);
  });

  it('takes a snapshot whatever its version: the core may have been restored', () => {
    expect(table.apply(snapshot(2, [route('p9', ['c9'])]))).toBe('applied');
    expect(table.routeOf('c1')).toBeUndefined();
    expect(table.routeOf('c9')?.parcelId).toBe('p9');
    expect(table.version).toBe(2);
  });
});

describe('routes', () => {
  it('forgets the codes that a parcel no longer has', () => {
    table.apply(change(6, { set: [route('p1', ['c2'], 'B')] }));
    expect(table.routeOf('c1')).toBeUndefined();
    expect(table.routeOf('c2')?.lane).toBe('B');
  });

  it('keeps a code with the parcel that took it last, also when the first is removed', () => {
    table.apply(change(6, { set: [route('p3', ['c3'])] }));
    table.apply(change(7, { removed: ['p2'] }));
    expect(table.routeOf('c3')?.parcelId).toBe('p3');
  });
});

describe('lanes', () => {
  it('believes the PLC before the echo of the core', () => {
    expect(table.hear(lane('A', 'full'))).toBe(true);
    expect(table.hear(lane('A', 'full'))).toBe(false);
    expect(table.lanes.get('A')?.state).toBe('full');
    table.hear(lane('A', 'open'));
    table.apply(change(6, { lanes: [lane('A', 'full')] }));
    expect(table.lanes.get('A')?.state).toBe('open');
  });

  it('lets only the core close a lane and open it again', () => {
    table.apply(change(6, { lanes: [lane('A', 'closed')] }));
    table.hear(lane('A', 'open'));
    expect(table.lanes.get('A')?.state).toBe('closed');
    table.apply(change(7, { lanes: [lane('A', 'open')] }));
    expect(table.lanes.get('A')?.state).toBe('open');
  });

  it('still knows over a snapshot what the PLC said', () => {
    table.hear(lane('A', 'jam'));
    table.apply(snapshot(9, []));
    expect(table.lanes.get('A')?.state).toBe('jam');
  });
});

it('is the same after it was saved and restored', () => {
  table.apply(change(6, { lanes: [lane('B', 'closed')] }));
  table.hear(lane('A', 'full'));
  const copy = new RouteTable();
  copy.restore(JSON.parse(JSON.stringify(table.head())), [...table.routes()]);
  expect(copy.version).toBe(6);
  expect([...copy.lanes]).toEqual(expect.arrayContaining([...table.lanes]));
  expect(copy.routeOf('c2')?.parcelId).toBe('p1');
  expect(copy.point('P1')).toEqual(point);
});
