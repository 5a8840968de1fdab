import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Seeded } from '../seeded.js';
import { Chute, type ChutePlan } from './chute.js';
import { ConveyorBook } from './conveyor-book.js';
import { type LinePlan, type LinePort, type LineRates, SorterLine } from './sorter-line.js';
import { VirtualTime } from './time.js';

const NO_TROUBLE: LineRates = { noRead: 0, touching: 0, divertFails: 0, takenAway: 0 };
const plan: LinePlan = {
  point: 'P1',
  speedMmPerS: 2_000,
  inductionMm: 3_000,
  gapMm: 300,
  diverts: [
    { lane: 'A', atMm: 1_500 },
    { lane: 'B', atMm: 3_000 },
    { lane: 'LOOP', atMm: 4_500 },
  ],
  actuationMs: 100,
  endLane: 'EXC',
  endMm: 6_000,
  loop: { lane: 'LOOP', lengthMm: 20_000 },
};
const roomy: ChutePlan = { code: 'A', capacity: 1_000, reserve: 5, takeOffMs: 500, jamRate: 0, jamMs: 5_000 };

interface Setting {
  answer: (
    trackId: number,
    codes: string[],
  ) => { lane: string | null; alternatives?: string[]; afterMs: number };
  rates?: Partial<LineRates>;
  chutes?: Partial<Record<string, Partial<ChutePlan>>>;
  seed?: number;
}

function build({ answer, rates = {}, chutes = {}, seed = 1 }: Setting) {
  const time = new VirtualTime();
  const book = new ConveyorBook(['LOOP']);
  const dice = new Seeded(seed);
  const said: string[] = [];
  const seenAt: number[] = [];
  const port: LinePort = {
    arrive: ({ trackId, codes, deadlineMs }) => {
      seenAt.push(time.nowMs());
      const { lane, alternatives = [], afterMs } = answer(trackId, codes);
      return new Promise((resolve) => {
        const waitedMs = Math.min(afterMs, deadlineMs);
        const inTime = afterMs <= deadlineMs;
        time.at(time.nowMs() + waitedMs, () =>
          resolve({ lane: inTime ? lane : null, alternatives, waitedMs }),
        );
      });
    },
    confirm: ({ trackId, planned, actual, reason }) =>
      said.push(`${trackId}: ${planned ?? '-'} ${actual}${reason ? ` ${reason}` : ''}`),
    lose: ({ trackId, reason }) => said.push(`${trackId}: lost ${reason}`),
  };
  const signs = {
    full: (lane: string) => said.push(`${lane} full`),
    clear: (lane: string) => said.push(`${lane} clear`),
    jam: (lane: string) => said.push(`${lane} jam`),
  };
  const lanes = new Map(
    ['A', 'B', 'EXC'].map((code) => [
      code,
      new Chute({ ...roomy, ...chutes[code], code }, { time, dice: dice.fork(code), signs }),
    ]),
  );
  const line = new SorterLine(plan, {
    time,
    dice,
    port,
    chutes: lanes,
    rates: { ...NO_TROUBLE, ...rates },
    firstTrackId: 0,
    onOutcome: (outcome) => book.ended(outcome),
  });
  const feed = (count: number) => {
    for (let n = 1; n <= count; n += 1) {
      const rider = { id: `r${n}`, code: `c${n}`, lengthMm: 400 };
      book.enter(rider);
      line.offer(rider);
    }
  };
  return { time, book, line, said, seenAt, feed, lanes };
}

describe('a line', () => {
  it('keeps parcels apart and lets each go where it was told', async () => {
    const { time, said, seenAt, feed } = build({
      answer: (id) => ({ lane: id % 2 ? 'A' : 'B', afterMs: 5 }),
    });
    feed(3);
    await time.passUntil(10_000);
    // 3 m at 2 m/s to the eye; a parcel of 400 mm and a gap of 300 mm take 350 ms.
    expect(seenAt.map(Math.round)).toEqual([1_500, 1_850, 2_200]);
    expect(said).toEqual(['1: A A', '3: A A', '2: B B']);
  });

  it.each([
    ['in the last moment', 649, '1: A A'],
    ['too late for its divert', 651, '1: A EXC too-late'],
    ['too late for any divert', 10_000, '1: - EXC too-late'],
  ])('a decision %s', async (_name, afterMs, expected) => {
    const { time, said, feed } = build({ answer: () => ({ lane: 'A', afterMs }) });
    feed(1);
    await time.passUntil(60_000);
    expect(said).toEqual([expected]);
  });

  it('a full chute lets a parcel go on to an alternative further down, or straight on', async () => {
    const { time, said, feed } = build({
      answer: () => ({ lane: 'A', alternatives: ['B'], afterMs: 5 }),
      chutes: {
        A: { capacity: 1, reserve: 0, takeOffMs: 60_000 },
        B: { capacity: 1, reserve: 0, takeOffMs: 60_000 },
      },
    });
    feed(3);
    await time.passUntil(10_000);
    expect(said.filter((each) => /^\d/.test(each))).toEqual([
      '1: A A',
      '2: A B lane-full',
      '3: A EXC lane-full',
    ]);
  });

  it('the loop brings a parcel back, before those that come new', async () => {
    const { time, said, feed, book } = build({
      answer: (id) => ({ lane: id === 1 ? 'LOOP' : 'A', afterMs: 5 }),
    });
    feed(1);
    await time.passUntil(60_000);
    expect(said).toEqual(['1: LOOP LOOP', '2: A A']);
    expect(book.totals()).toEqual({ entered: 1, onBelt: 0, lost: 0, lanes: { A: 1 } });
  });

  it('a belt that stands keeps everything where it is', async () => {
    const { time, line, seenAt, feed } = build({ answer: () => ({ lane: 'A', afterMs: 5 }) });
    feed(1);
    await time.passUntil(500);
    line.belt.stop();
    await time.passUntil(5_500);
    line.belt.start();
    await time.passUntil(10_000);
    expect(seenAt).toEqual([6_500]);
  });

  it('a chute says full before it is, clear when half of it is empty, and jams', async () => {
    const { time, said, feed } = build({
      answer: () => ({ lane: 'A', afterMs: 5 }),
      chutes: { A: { capacity: 10, reserve: 4, takeOffMs: 1_000 } },
    });
    feed(10);
    await time.passUntil(30_000);
    expect(said.filter((each) => each.startsWith('A'))).toEqual(['A full', 'A clear']);
    const stuck = build({ answer: () => ({ lane: 'A', afterMs: 5 }), chutes: { A: { jamRate: 1 } } });
    stuck.feed(1);
    await stuck.time.passUntil(30_000);
    expect(stuck.said).toEqual(['1: A A', 'A jam', 'A clear']);
  });
});

describe('laws', () => {
  it('whatever goes wrong, every parcel is in one place and every arrival ended once', async () => {
    const rate = fc.double({ min: 0, max: 0.4, noNaN: true });
    const rates = fc.record({ noRead: rate, touching: rate, divertFails: rate, takenAway: rate });
    await fc.assert(
      fc.asyncProperty(
        rates,
        fc.nat(1_000),
        fc.integer({ min: 0, max: 2_500 }),
        async (troubles, seed, afterMs) => {
          const dice = new Seeded(seed);
          const { time, book, line, said, feed, lanes } = build({
            answer: () => ({ lane: dice.pick(['A', 'B', 'LOOP', 'EXC', null]), afterMs }),
            rates: troubles,
            chutes: { A: { capacity: 6, jamRate: 0.05 } },
            seed,
          });
          feed(40);
          await time.passUntil(20_000);
          const half = book.totals();
          expect(half.onBelt).toBe(line.onTheWay);
          await time.passUntil(900_000);
          const { entered, onBelt, lost, lanes: by } = book.totals();
          expect(entered).toBe(onBelt + lost + Object.values(by).reduce((sum, each) => sum + each, 0));
          expect(onBelt).toBe(line.onTheWay);
          const ends = said.filter((each) => /^\d/.test(each)).map((each) => each.split(':')[0]);
          expect(new Set(ends).size).toBe(ends.length);
          expect(ends).toHaveLength(book.outcomes.length);
          for (const [code, chute] of lanes) expect(chute.counts.entered).toBe(by[code] ?? 0);
        },
      ),
      { numRuns: 30 },
    );
  });
});
