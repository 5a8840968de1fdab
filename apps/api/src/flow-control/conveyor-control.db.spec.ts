import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PackView } from '#lib/contracts';
import { type ArrivalBook, type ArrivalWord, tellArrival } from '#lib/flow';
import { type Arrival, conveyorWords, PARCEL_BY_ID } from '../../test/conveyor-words.js';
import { buildOutbound, type Outbound } from '../../test/outbound-fixture.js';
import type { Parcel } from '../packing/parcels.service.js';
import { rows } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound({ totes: 60 });
});
afterAll(() => world.floor.close());

const { ask, parcelOnTheBelt, arrivalAt, seen, decided, confirmed, exceptionsOf, told, eventsOf } =
  conveyorWords(() => world);
/** Writes what a wave planned for the parcel's order: one carton. @returns the wave */
async function wavePlans(parcel: PackView, lane: string): Promise<string> {
  const waveId = newId();
  await ask(
    `with planned as (
       update orders o set wave_id = $1 from parcels p where p.id = $2 and o.id = p.order_id
       returning p.order_id, p.merchant_id, p.carton_type_id)
     insert into planned_cartons (site_id, id, wave_id, order_id, merchant_id, number_in_order, carton_type_id, contents, gross_grams,
       lane_id)
     select 1, $3, $1, n.order_id, n.merchant_id, 1, n.carton_type_id, '[]', 100, $4 from planned n`,
    [waveId, parcel.parcelId, newId(), world.laneIds[lane as 'L2']],
  );
  return waveId;
}

describe('arrivals, told in any order and any number of times', () => {
  it('are booked as the pure rule books them, and end once', async () => {
    const lane = fc.constantFrom('L1', 'L2', 'EXC');
    const word: fc.Arbitrary<ArrivalWord> = fc.oneof(
      fc.constant<ArrivalWord>({ word: 'seen' }),
      lane.map((of): ArrivalWord => ({ word: 'decided', lane: of })),
      lane.map((actual): ArrivalWord => ({ word: 'confirmed', actual })),
      fc.constant<ArrivalWord>({ word: 'lost' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 7 }), async (words) => {
        const arrival = arrivalAt();
        let book: ArrivalBook | null = null;
        for (const each of words) {
          const next = tellArrival(book, each);
          book = next.book;
          const { outcome } = await tell(arrival, each);
          expect([each.word, outcome]).toEqual([
            each.word,
            next.outcome === 'refused' ? 'refused' : 'applied',
          ]);
        }
        expect(await bookOf(arrival)).toEqual(book);
      }),
      { numRuns: 25 },
    );
  });

  const tell = (arrival: Arrival, each: ArrivalWord) => {
    const { point, trackId } = arrival;
    if (each.word === 'seen') return seen(arrival, 'nobody knows it');
    if (each.word === 'decided') return decided(arrival, each.lane);
    if (each.word === 'confirmed') return confirmed(arrival, each.actual);
    return world.apply('point.lost', { point, trackId });
  };
  const bookOf = async ({ trackId }: Arrival): Promise<ArrivalBook | null> => {
    const [found] = await ask<ArrivalBook & { ended: boolean }>(
      `select state, result <> 'unheard' as heard, commanded_lane as commanded, decided_at is not null as decided,
         actual_lane as actual, ended_at is not null as ended from point_decisions where track_id = $1`,
      [trackId],
    );
    if (!found) return null;
    const { ended, ...book } = found;
    expect(ended).toBe(['confirmed', 'lost'].includes(book.state));
    return book;
  };
});

describe('misroutes', () => {
  it('are told apart: a divert that did not obey, and a lane that does not serve the carrier', async () => {
    const [strayed, offered, missorted] = [
      await parcelOnTheBelt(),
      await parcelOnTheBelt(),
      await parcelOnTheBelt(),
    ];
    for (const [parcel, actual, alternatives] of [
      [strayed, 'L2', []],
      [offered, 'L2', ['L2']],
      [missorted, 'L3', []],
    ] as const) {
      const arrival = arrivalAt();
      await seen(arrival, parcel.sscc!);
      await decided(arrival, 'L1', { alternatives: [...alternatives] });
      await confirmed(arrival, actual, 'late-divert');
    }
    expect(await exceptionsOf(strayed)).toMatchObject([
      {
        code: 'misrouted',
        owner_queue: 'conveyor',
        detail: expect.stringContaining('which serves its carrier'),
      },
    ]);
    expect(await exceptionsOf(offered)).toEqual([]);
    expect(await exceptionsOf(missorted)).toMatchObject([
      {
        code: 'misrouted',
        detail: 'The parcel went to L3 instead of L1 (late-divert), which does not serve its carrier.',
      },
    ]);
    const { points } = await world.person(() => world.flow.sorter());
    expect(points[0]!.lastHour).toMatchObject({ misDiverted: expect.any(Number), misSorted: 1 });
    // The book follows the parcel.
    const [where] = await ask(
      'select l.code from parcels p join lanes l on l.id = p.actual_lane_id where p.id = $1',
      [missorted.parcelId],
    );
    expect(where).toEqual({ code: 'L3' });
  });
});

describe('arrivals told in one batch', () => {
  it('are booked as one by one, with one message to the edge', async () => {
    const [straight, missorted, looping] = [
      await parcelOnTheBelt(),
      await parcelOnTheBelt(),
      await parcelOnTheBelt(),
    ];
    const at = [1, 2, 3, 4, 5].map(arrivalAt) as [Arrival, Arrival, Arrival, Arrival, Arrival];
    const sighting = (arrival: Arrival, ...codes: string[]) => ({
      kind: 'point.seen' as const,
      data: { ...arrival, codes, result: codes.length > 0 ? 'read' : 'no-read' },
    });
    const decision = (arrival: Arrival, lane: string, because?: string) => {
      const action = because ? 'recirculate' : 'divert';
      const of = {
        decisionId: newId(),
        action,
        lane,
        decidedBy: 'edge',
        routeVersion: 1,
        latencyMicros: 800,
      };
      return { kind: 'point.decided' as const, data: { ...arrival, ...of, ...(because ? { because } : {}) } };
    };
    const end = ({ point, trackId }: Arrival, actual: string) => ({
      kind: 'point.confirmed' as const,
      data: { point, trackId, actual },
    });
    const before = told().length;
    const outcomes = await world.tell([
      sighting(at[0], straight.sscc!),
      decision(at[0], 'L1'),
      sighting(at[1], missorted.trackingNumber!),
      sighting(at[2]),
      end(at[0], 'L1'),
      decision(at[1], 'L1'),
      sighting(at[3], looping.sscc!),
      decision(at[3], 'LOOP', 'lane-full'),
      end(arrivalAt(), 'L1'),
      end(at[1], 'L3'),
      end(at[3], 'LOOP'),
      // The same parcel comes round, read by another of its codes.
      sighting(at[4], looping.trackingNumber!),
      { kind: 'point.lost' as const, data: { point: at[4].point, trackId: at[4].trackId } },
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 13 }, (_, n) => (n === 8 ? 'refused' : 'applied')),
    );
    const booked = await ask(
      `select d.state, d.commanded_lane as told, d.actual_lane as lane, d.mis_sorted as "misSorted", p.state as parcel, r.active,
         r.laps from point_decisions d left join parcels p on p.id = d.parcel_id left join routes r on r.parcel_id = p.id
       where d.track_id = any($1) order by d.track_id`,
      [at.map(({ trackId }) => trackId)],
    );
    const goesOn = { parcel: 'inducted', active: true, laps: 1, misSorted: false };
    expect(booked).toEqual([
      {
        state: 'confirmed',
        told: 'L1',
        lane: 'L1',
        misSorted: false,
        parcel: 'diverted',
        active: false,
        laps: 0,
      },
      {
        state: 'confirmed',
        told: 'L1',
        lane: 'L3',
        misSorted: true,
        parcel: 'diverted',
        active: false,
        laps: 0,
      },
      { state: 'seen', told: null, lane: null, misSorted: false, parcel: null, active: null, laps: null },
      { ...goesOn, state: 'confirmed', told: 'LOOP', lane: 'LOOP' },
      { ...goesOn, state: 'lost', told: null, lane: null },
    ]);
    expect(await exceptionsOf(missorted)).toMatchObject([{ code: 'misrouted' }]);
    expect(await exceptionsOf(looping)).toMatchObject([{ code: 'missing' }]);
    expect(told().slice(before)).toMatchObject([
      { set: [{ parcelId: looping.parcelId, laps: 1 }] },
      { removedParcelIds: expect.arrayContaining([straight.parcelId, missorted.parcelId]) },
    ]);
    const story = await ask<{ type: string }>(
      `select type from events where parcel_id = $1 and type like 'flow.%' order by seq`,
      [straight.parcelId],
    );
    expect(story.map(({ type }) => type)).toEqual([
      'flow.route-set',
      'flow.parcel-seen',
      'flow.parcel-decided',
      'flow.parcel-confirmed',
      'flow.parcel-diverted',
      'flow.route-removed',
    ]);
  });
});

describe('the lane that a wave planned', () => {
  it('is the first choice of the carton that has the same place in its order', async () => {
    const parcel = await parcelOnTheBelt();
    const waveId = await wavePlans(parcel, 'L2');
    const routeAgain = () =>
      world.floor.system(() =>
        world.floor.db.transaction(async (tx) => {
          const found = await rows<Parcel>(tx, PARCEL_BY_ID, [tx.siteId, parcel.parcelId]);
          return world.routes.setRoutes(tx, found);
        }),
      );
    expect(await routeAgain()).toMatchObject([{ lane: 'L2', alternatives: ['L1'] }]);
    expect((await eventsOf('flow.route-set')).at(-1)).toMatchObject({
      data: { because: 'L2 as its wave planned' },
    });
    await ask('update planned_cartons set number_in_order = 2 where wave_id = $1', [waveId]);
    expect(await routeAgain()).toMatchObject([{ lane: 'L1', alternatives: ['L2'] }]);
  });
});

describe('between points', () => {
  beforeEach(async () => {
    await ask(
      `insert into conveyor_segments (site_id, id, from_point_id, lane_id, to_point_id, length_mm, speed_mm_per_s, margin_ms)
       select p.site_id, $1, p.id, $2, p.id, 20000, 2000, 5000 from conveyor_points p on conflict do nothing`,
      [newId(), world.laneIds.LOOP],
    );
  });
  const goRound = async (parcel: PackView) => {
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    await decided(arrival, 'LOOP', { action: 'recirculate', because: 'lane-full' });
    await confirmed(arrival, 'LOOP');
  };
  const sweep = () => world.floor.system(() => world.flow.giveUpMissed());

  it('a parcel that is not seen within length / speed and margin is missing, until it is seen', async () => {
    const parcel = await parcelOnTheBelt();
    await goRound(parcel);
    world.floor.clock.advance(14_900);
    expect(await sweep()).toBe(0);
    world.floor.clock.advance(200);
    expect((await Promise.all([sweep(), sweep()])).reduce((sum, each) => sum + each)).toBe(1);
    expect(await exceptionsOf(parcel)).toMatchObject([
      { code: 'missing', detail: 'Left P1 by LOOP and was not seen at P1 within 15 s.' },
    ]);
    await seen(arrivalAt(), parcel.sscc!);
    expect(await exceptionsOf(parcel)).toEqual([]);
  });

  it('nobody is missing while an agent still has to tell what it saw', async () => {
    const parcel = await parcelOnTheBelt();
    await goRound(parcel);
    await ask(`update agents set online = false`);
    world.floor.clock.advance(60_000);
    expect(await sweep()).toBe(0);
    await ask(
      `update agents set online = true, state = jsonb_build_object('oldestUnsentAt', '2020-01-01T00:00:00Z')`,
    );
    expect(await sweep()).toBe(0);
    await ask(`update agents set state = '{}'`);
    expect(await sweep()).toBe(1);
  });

  it('waits an hour for the agent that could have seen it, and no longer', async () => {
    const parcel = await parcelOnTheBelt();
    await goRound(parcel);
    await ask(`update agents set online = false`);
    world.floor.clock.advance(15_100 + 3_599_000);
    expect(await sweep()).toBe(0);
    world.floor.clock.advance(2_000);
    expect(await sweep()).toBe(1);
    expect(await exceptionsOf(parcel)).toMatchObject([
      {
        code: 'missing',
        detail:
          'Left P1 by LOOP and was not seen at P1 within 15 s. An agent on this way has not said for an hour what it saw.',
      },
    ]);
    await ask(`update agents set online = true`);
  });

  it('waits for no agent of other points', async () => {
    const [agent, device] = [newId(), newId()];
    await ask(
      `insert into agents (site_id, id, code, name, online, created_at) values (1, $1, 'edge-gone', 'Retired', false, now())`,
      [agent],
    );
    await ask(
      `insert into devices (site_id, id, agent_id, code, kind, driver, config)
       select site_id, $1, $2, 'plc-gone', kind, driver, config from devices where code = 'plc-1'`,
      [device, agent],
    );
    await ask(
      `insert into conveyor_points (site_id, id, code, device_id, exception_lane_id, no_read_lane_id, recirculation_lane_id, laps_max, deadline_ms)
       select site_id, $1, 'P-GONE', $2, exception_lane_id, no_read_lane_id, recirculation_lane_id, laps_max, deadline_ms
       from conveyor_points where code = 'P1'`,
      [newId(), device],
    );
    const parcel = await parcelOnTheBelt();
    await goRound(parcel);
    world.floor.clock.advance(15_100);
    expect(await sweep()).toBe(1);
    await ask(`delete from conveyor_points where code = 'P-GONE'`);
  });

  it('laps are counted here too and told to the edge, until the parcel is put back', async () => {
    const parcel = await parcelOnTheBelt();
    await goRound(parcel);
    await goRound(parcel);
    expect(told().at(-1)).toMatchObject({ set: [{ parcelId: parcel.parcelId, laps: 2 }] });
    await world.person(() => world.flow.reinduct(parcel.sscc!));
    expect(told().at(-1)).toMatchObject({ set: [{ parcelId: parcel.parcelId }] });
    expect(JSON.stringify(told().at(-1))).not.toContain('laps');
  });
});

describe('in-line checks', () => {
  it('expect the weight of the bench and the sides of the carton, and say what did not fit', async () => {
    await ask('update conveyor_points set check_lane_id = $1', [world.laneIds.EXC]);
    const settings = await world.person(() => world.rebalancing.settings());
    await world.person(() =>
      world.rebalancing.setSettings({ ...settings, weightPermille: 100, weightLeastGrams: 10 }),
    );
    const parcel = await parcelOnTheBelt();
    const [set] = (told().at(-1) as Extract<(typeof world.downlink.routes)[number], { kind: 'change' }>).set;
    expect(set!.expected).toMatchObject({ grams: 500, toleranceGrams: 50, toleranceMm: 20 });
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    const check = { result: 'weight-out', grams: 640 } as const;
    await decided(arrival, 'EXC', { action: 'reject', because: 'weight-out', check });
    await confirmed(arrival, 'EXC');
    expect(await exceptionsOf(parcel)).toMatchObject([
      { code: 'in-line-check', detail: 'It weighs 640 g instead of 500 g ± 50 g. It waits in EXC.' },
    ]);
    // Somebody looked at it: the next pass does not hold it back for the same weight.
    await world.person(() => world.flow.reinduct(parcel.sscc!));
    expect(await exceptionsOf(parcel)).toEqual([]);
    expect(JSON.stringify(told().at(-1))).not.toContain('expected');
    await ask('update conveyor_points set check_lane_id = null');
  });
});
