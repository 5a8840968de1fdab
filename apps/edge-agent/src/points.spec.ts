import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { CommandArgs, EdgeCheck, EdgeLane, EdgePoint, EdgeRoute } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { Measures } from './measures.js';
import {
  type Decision,
  type Kept,
  Points,
  type RouteSent,
  type Sighting,
  type StoreArrival,
} from './points.js';
import { Routes } from './routes.js';
import { Store } from './store.js';

const log = pino({ level: 'silent' });
const point: EdgePoint = {
  code: 'P1',
  device: 'plc-1',
  exceptionLane: 'EXC',
  noReadLane: 'NOREAD',
  recirculationLane: 'LOOP',
  lapsMax: 2,
  deadlineMs: 600,
};
const known: EdgeRoute = { parcelId: 'p1', codes: ['c1'], lane: 'A', alternatives: ['B'] };

let dir: string;
let store: Store;
let routes: Routes;
let points: Points;
let measures: Measures;
let coreGoneMs: number | null;
let sent: CommandArgs['route'][];
let decisions: Decision[];
let asked: number;
let ask: ((limitMs: number) => Promise<EdgeRoute | null>) | null;
let sending: () => Promise<RouteSent>;
let stored: Sighting[];
let drafts: Decision[];
let version = 1;

async function open(): Promise<void> {
  store = await Store.open(dir, log);
  routes = await Routes.load(store, log, []);
  sent = [];
  decisions = [];
  stored = [];
  drafts = [];
  measures = new Measures();
  coreGoneMs = null;
  points = new Points({
    routes,
    measures,
    coreGoneMs: () => coreGoneMs,
    log,
    sendRoute: (_device, args) => {
      sent.push(args);
      return sending();
    },
    keep: ({ decision }) => void decisions.push(decision),
    saveDraft: ({ decision }) => void drafts.push(decision),
    ask: (_device, _sighting, limitMs) => {
      if (!ask) return null;
      asked += 1;
      return ask(limitMs);
    },
  });
}

async function close(): Promise<void> {
  await routes.settled();
  await store.close();
}

function lanesAre(lanes: Record<string, EdgeLane['state']>): void {
  version += 1;
  const list = Object.entries(lanes).map(([code, state]) => ({ code, state }));
  routes.take({ kind: 'snapshot', version, routes: [known], lanes: list, points: [point] });
}

let trackId = 0;
const arrival = (codes: string[], change: Partial<Sighting> = {}): Sighting => {
  trackId += 1;
  return { point: 'P1', trackId, seq: 1, codes, result: codes.length > 0 ? 'read' : 'no-read', ...change };
};

const storing =
  (sighting: Sighting): StoreArrival =>
  async (draft) => {
    stored.push(sighting);
    if (draft) drafts.push(draft.decision);
  };

function see(sighting: Sighting, store: StoreArrival = storing(sighting)): Promise<unknown> {
  const time = { at: new Date().toISOString(), monotonicMs: performance.now() };
  return points.seen({ device: 'plc-1', sighting, time, trace: 't' }, store);
}

const lastDecision = (count = 1) => eventually(() => decisions[count - 1] ?? false);

beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/points-`);
  ask = null;
  asked = 0;
  sending = async () => ({ sentMonotonicMs: performance.now() });
  await open();
  lanesAre({ A: 'open', B: 'open' });
});

afterEach(async () => {
  await close();
  await rm(dir, { recursive: true });
});

describe('at a scan point', () => {
  it('the PLC is told before the arrival is stored, and the decision is kept with its latency', async () => {
    let draftOf: Kept | null = null;
    await see(arrival(['c1']), async (draft) => {
      expect(sent).toHaveLength(1);
      draftOf = draft;
    });
    expect(sent[0]).toMatchObject({ point: 'P1', lane: 'A', alternatives: ['B'] });
    const decision = await lastDecision();
    expect(decision).toMatchObject({
      decisionId: sent[0]!.decisionId,
      code: 'c1',
      action: 'divert',
      lane: 'A',
      decidedBy: 'edge',
      routeVersion: version,
    });
    expect(decision.latencyMicros).toBeGreaterThan(0);
    expect(draftOf).toMatchObject({ decision: { decisionId: decision.decisionId } });
    expect(Date.parse(sent[0]!.validUntil) - Date.now()).toBeLessThanOrEqual(600);
  });

  it.each([
    ['a no-read', [], { lane: 'NOREAD', because: 'no-read', decidedBy: 'edge' }],
    ['a foreign code with nobody to ask', ['x'], { lane: 'EXC', because: 'unknown', decidedBy: 'default' }],
  ])('%s takes its lane', async (_name, codes, decision) => {
    await see(arrival(codes));
    expect(await lastDecision()).toMatchObject({ action: 'reject', ...decision });
  });

  it('a repeated arrival gets the same decision and is stored once', async () => {
    const sighting = arrival(['c1']);
    await see(sighting);
    lanesAre({ A: 'closed', B: 'open' });
    await see(sighting);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(stored).toHaveLength(1);
    expect(decisions).toHaveLength(1);
  });

  it('a repeated arrival whose first could not be stored is stored before what the PLC says next', async () => {
    const sighting = arrival(['c1']);
    await expect(see(sighting, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    void see(sighting);
    // In the same turn of the event loop, as telegrams come in one message.
    expect(stored).toEqual([sighting]);
  });

  it('a repeated arrival is stored when the first could not be', async () => {
    const sighting = arrival(['c1']);
    await expect(see(sighting, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    await see(sighting);
    expect(stored).toEqual([sighting]);
  });

  it('the same numbers with another code are another parcel', async () => {
    await see(arrival(['c1'], { trackId: 7 }));
    await see(arrival([], { trackId: 7 }));
    expect(sent.map(({ lane }) => lane)).toEqual(['A', 'NOREAD']);
  });

  it('a decision of before a restart is given again', async () => {
    const sighting = arrival(['c1']);
    await see(sighting);
    const decision = await lastDecision();
    await close();
    await open();
    points.recall(sighting, decision, performance.now() - 500);
    lanesAre({ A: 'closed', B: 'open' });
    await see(sighting);
    expect(sent[0]).toMatchObject({ lane: 'A', decisionId: decision.decisionId });
    expect(stored).toEqual([]);
  });

  it('an arrival that a restart left undecided is decided when it is repeated, and not stored again', async () => {
    const sighting = arrival(['c1']);
    points.recall(sighting, null, performance.now() - 500);
    await see(sighting);
    expect(sent).toMatchObject([{ lane: 'A' }]);
    expect(stored).toEqual([]);
    expect(drafts).toMatchObject([{ lane: 'A' }]);
  });

  it('a point that nobody has described gets no answer, but the arrival is stored', async () => {
    await see(arrival(['c1'], { point: 'P9' }));
    expect(sent).toEqual([]);
    expect(stored).toHaveLength(1);
  });

  it('a route that the PLC did not take is kept all the same', async () => {
    sending = async () => ({ trouble: 'not connected' });
    await see(arrival(['c1']));
    expect(await lastDecision()).toMatchObject({ lane: 'A' });
  });
});

describe('laps', () => {
  it('are counted per parcel and survive a restart', async () => {
    lanesAre({ A: 'full', B: 'closed' });
    await see(arrival(['c1']));
    await close();
    await open();
    for (let pass = 0; pass < 2; pass += 1) await see(arrival(['c1']));
    await lastDecision(2);
    expect(sent.map(({ lane }) => lane)).toEqual(['LOOP', 'EXC']);
    expect(decisions.at(-1)).toMatchObject({ action: 'reject', because: 'laps-spent' });
  });

  it('are forgotten with the parcel', async () => {
    lanesAre({ A: 'full', B: 'closed' });
    await see(arrival(['c1']));
    expect(routes.lapsOf('P1', 'p1')).toBe(1);
    routes.take({ kind: 'change', version: version + 1, set: [], removedParcelIds: ['p1'], lanes: [] });
    expect(routes.lapsOf('P1', 'p1')).toBe(0);
  });
});

describe('an unknown parcel', () => {
  it('takes the lane that the core names in time', async () => {
    ask = async () => ({ parcelId: 'p2', codes: ['x'], lane: 'B', alternatives: [] });
    await see(arrival(['x']));
    expect(await lastDecision()).toMatchObject({ action: 'divert', lane: 'B', decidedBy: 'core', code: 'x' });
    expect(drafts).toMatchObject([{ lane: 'B' }]);
  });

  it('takes the exception lane when the core does not know it either', async () => {
    ask = async () => null;
    await see(arrival(['x']));
    expect(await lastDecision()).toMatchObject({ lane: 'EXC', because: 'unknown', decidedBy: 'core' });
  });

  it('takes the exception lane on silence, and the core had the deadline less the way back', async () => {
    ask = async (limitMs) => {
      expect(limitMs).toBeLessThanOrEqual(540);
      throw new Error('no answer');
    };
    await see(arrival(['x']));
    expect(await lastDecision()).toMatchObject({ lane: 'EXC', because: 'unknown', decidedBy: 'default' });
  });

  it('is asked about once, however often the PLC repeats itself meanwhile', async () => {
    let answer: (route: null) => void = () => {};
    ask = () => new Promise((resolve) => (answer = resolve));
    const sighting = arrival(['x']);
    await Promise.all([see(sighting), see(sighting), see(sighting)]);
    answer(null);
    await lastDecision();
    expect(asked).toBe(1);
    expect(sent).toHaveLength(1);
  });
});

describe('an in-line check', () => {
  const grams = (value: number, trackId?: number) => ({
    weight: { value, decimals: 0, unit: 'g', kind: 'gross' } as const,
    ...(trackId === undefined ? {} : { trackId }),
  });
  const weigh = (value: number, trackId?: number) =>
    measures.hear('scale-1', 'weigh.stable', grams(value, trackId), performance.now());
  const checked = (over: Partial<EdgeCheck> = {}) => {
    version += 1;
    const check: EdgeCheck = {
      scale: 'scale-1',
      dimensioner: null,
      lane: 'CHECK',
      windowMs: 1_000,
      waitMs: 0,
      whenMissing: 'check',
      ...over,
    };
    // Nothing here measures sides: they are not asked for.
    const expected = { grams: 500, toleranceGrams: 20, sidesMm: [300, 200, 100] as const, toleranceMm: 5 };
    routes.take({
      kind: 'snapshot',
      version,
      routes: [{ ...known, expected }],
      lanes: [{ code: 'A', state: 'open' }],
      points: [{ ...point, check }],
    });
  };

  it('lets a parcel pass that weighs what it should, and keeps what was weighed', async () => {
    checked();
    weigh(512);
    await see(arrival(['c1']));
    expect(await lastDecision()).toMatchObject({ lane: 'A', check: { result: 'ok', grams: 512 } });
  });

  it('sends a parcel out of tolerance to the check lane', async () => {
    checked();
    weigh(521);
    await see(arrival(['c1']));
    expect(await lastDecision()).toMatchObject({
      action: 'reject',
      lane: 'CHECK',
      because: 'weight-out',
      check: { result: 'weight-out', grams: 521 },
    });
  });

  it('waits for a measure that comes after the arrival, and decides once', async () => {
    checked({ waitMs: 400 });
    const sighting = arrival(['c1']);
    await see(sighting);
    await see(sighting);
    expect(sent).toEqual([]);
    weigh(500, sighting.trackId);
    expect(await lastDecision()).toMatchObject({ lane: 'A', check: { result: 'ok' } });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['check', { lane: 'CHECK', because: 'not-measured' }],
    ['pass', { lane: 'A', check: { result: 'not-measured' } }],
  ] as const)('that measured nothing: %s', async (whenMissing, decision) => {
    checked({ whenMissing, waitMs: 1 });
    await see(arrival(['c1']));
    expect(await lastDecision()).toMatchObject(decision);
  });

  it('does not guess which of two parcels was weighed', async () => {
    checked();
    weigh(500);
    weigh(900);
    await see(arrival(['c1']));
    expect(await lastDecision()).toMatchObject({ lane: 'CHECK', because: 'unsure' });
  });

  it('gives the weight of an unreadable parcel to nobody else', async () => {
    checked();
    weigh(900);
    await see(arrival([]));
    weigh(500);
    await see(arrival(['c1']));
    await lastDecision(2);
    expect(decisions.map(({ lane }) => lane)).toEqual(['NOREAD', 'A']);
  });
});

describe('the safe state', () => {
  const safely = (safe: NonNullable<EdgePoint['safe']>) => {
    version += 1;
    const lanes = [{ code: 'A', state: 'open' } as const];
    routes.take({ kind: 'snapshot', version, routes: [known], lanes, points: [{ ...point, safe }] });
  };

  it('takes everything when a supervisor says so, until it is lifted', async () => {
    safely({ lane: 'EXC', forced: 'belt is being repaired', coreGoneAfterMs: null });
    expect(points.safeNow()).toEqual([{ point: 'P1', because: 'forced' }]);
    await see(arrival(['c1']));
    routes.take({
      kind: 'change',
      version: ++version,
      set: [],
      removedParcelIds: [],
      lanes: [],
      points: [point],
    });
    await see(arrival(['c1']));
    expect(sent.map(({ lane }) => lane)).toEqual(['EXC', 'A']);
    await lastDecision(2);
    expect(decisions[0]).toMatchObject({ action: 'reject', because: 'safe-state' });
  });

  it('takes everything when the core was gone for too long, and only then', async () => {
    safely({ lane: 'EXC', forced: null, coreGoneAfterMs: 60_000 });
    coreGoneMs = 59_999;
    await see(arrival(['c1']));
    coreGoneMs = 60_000;
    await see(arrival(['c1']));
    coreGoneMs = null;
    await see(arrival(['c1']));
    expect(sent.map(({ lane }) => lane)).toEqual(['A', 'EXC', 'A']);
  });
});

it('goes by the laps that the core counted where they are more', async () => {
  lanesAre({ A: 'full', B: 'closed' });
  const set = [{ ...known, laps: 2 }];
  routes.take({ kind: 'change', version: ++version, set, removedParcelIds: [], lanes: [] });
  await see(arrival(['c1']));
  expect(await lastDecision()).toMatchObject({ lane: 'EXC', because: 'laps-spent' });
});

it('opens a lane against its photo-eye when a supervisor says so', async () => {
  lanesAre({ A: 'full', B: 'closed' });
  routes.hearLane({ code: 'A', state: 'full' });
  const lanes: EdgeLane[] = [{ code: 'A', state: 'open', forced: true }];
  routes.take({ kind: 'change', version: ++version, set: [], removedParcelIds: [], lanes });
  await see(arrival(['c1']));
  expect(await lastDecision()).toMatchObject({ action: 'divert', lane: 'A' });
});
