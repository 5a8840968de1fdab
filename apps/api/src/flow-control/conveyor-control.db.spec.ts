import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PackView, RecordData } from '#lib/contracts';
import { type ArrivalBook, type ArrivalWord, tellArrival } from '#lib/flow';
import { buildOutbound, labelledParcel, type Outbound } from '../../test/outbound-fixture.js';
import type { Parcel } from '../packing/parcels.service.js';
import { rows } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';

let world: Outbound;
let track = 1_000;

beforeAll(async () => {
  world = await buildOutbound({ totes: 60 });
});
afterAll(() => world.floor.close());

const ask = <T>(sql: string, values: unknown[] = []) => world.floor.ask<T>(sql, values);
const parcelOnTheBelt = () => labelledParcel(world, [[world.floor.items[0]!, 1]]);
const arrivalAt = () => ({ point: 'P1', trackId: ++track, seq: 1 });
type Arrival = ReturnType<typeof arrivalAt>;
const seen = (arrival: Arrival, code: string) =>
  world.apply('point.seen', { ...arrival, codes: [code], result: 'read' });
const decided = (arrival: Arrival, lane: string, over: Partial<RecordData<'point.decided'>> = {}) =>
  world.apply('point.decided', {
    ...arrival,
    decisionId: newId(),
    action: 'divert',
    lane,
    decidedBy: 'edge',
    routeVersion: 1,
    latencyMicros: 800,
    ...over,
  });
const confirmed = ({ point, trackId }: Arrival, actual: string, reason?: string) =>
  world.apply('point.confirmed', { point, trackId, actual, ...(reason ? { reason } : {}) });
const exceptionsOf = (parcel: PackView) =>
  ask<{ code: string; detail: string; owner_queue: string }>(
    'select code, detail, owner_queue from exceptions where parcel_id = $1 and resolved_at is null order by code',
    [parcel.parcelId],
  );
const told = () => world.downlink.routes;
const eventsOf = (type: string) =>
  ask<{ data: object; actor: string }>('select data, actor from events where type = $1 order by seq', [type]);
const PARCEL_BY_ID = `select id, order_id as "orderId", merchant_id as "merchantId", state, sscc,
  tracking_number as "trackingNumber", carrier_code as "carrierCode", service from parcels where site_id = $1 and id = $2`;
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
const laneOf = async (parcel: PackView) =>
  (
    await ask<{ code: string }>(
      'select l.code from routes r join lanes l on l.id = r.lane_id where r.parcel_id = $1 and r.active',
      [parcel.parcelId],
    )
  )[0]?.code;

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

describe('rebalancing', () => {
  const rebalance = () => world.floor.system(() => world.rebalancing.rebalance());

  it('sends parcels that are on their way to another lane when theirs closes, tells the edge at once, and explains it', async () => {
    const [one, two] = [await parcelOnTheBelt(), await parcelOnTheBelt()];
    await world.person(() => world.lanes.closeLane('L1', 'belt broken'));
    const before = told().length;
    const both = await Promise.all([rebalance(), rebalance()]);
    expect(both.flat().length).toBeGreaterThanOrEqual(1);
    const ids = [one.parcelId, two.parcelId];
    const messages = told().slice(before);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      set: expect.arrayContaining(
        ids.map((parcelId) => expect.objectContaining({ parcelId, lane: 'L2', alternatives: ['L1'] })),
      ),
    });
    expect(await laneOf(one)).toBe('L2');
    expect((await eventsOf('flow.duty-changed')).at(-1)).toMatchObject({
      data: { carrier: 'post', from: 'L1', to: 'L2', because: 'L1 is closed' },
    });
    const { duties, changes } = await world.person(() => world.flow.sorter());
    expect(duties).toMatchObject([{ carrier: 'post', lane: 'L2', because: 'L1 is closed' }]);
    expect(changes[0]!.text).toBe('post standard → L2: L1 is closed');
  });

  it('does not flap: it goes back only when the hold is over', async () => {
    await world.person(() => world.lanes.openLane('L1'));
    world.floor.clock.advance(1_000);
    expect(await rebalance()).toEqual([]);
    const parcel = await parcelOnTheBelt();
    expect(await laneOf(parcel)).toBe('L2');
    world.floor.clock.advance(60_000);
    expect(await rebalance()).toMatchObject([{ carrier: 'post' }]);
    expect(await laneOf(parcel)).toBe('L1');
  });

  it('a jam counts when it lasts', async () => {
    await world.apply('lane.jam', { lane: 'L1' });
    world.floor.clock.advance(2_000);
    expect(await rebalance()).toEqual([]);
    world.floor.clock.advance(4_000);
    expect(await rebalance()).toMatchObject([{ because: 'L1 has been jammed for 6 s' }]);
    await world.apply('lane.clear', { lane: 'L1' });
  });
});

describe('trucks of one carrier service', () => {
  const cutOffs = (times: Record<string, string | null>) =>
    Promise.all(
      Object.entries(times).map(([lane, time]) =>
        ask(`update lane_assignments set cut_off_time = $2 where lane_id = $1 and carrier_code = 'post'`, [
          world.laneIds[lane as 'L1'],
          time,
        ]),
      ),
    );
  /** A parcel whose order leaves at this time of day on the site's clock, with the route that it gets then. */
  const parcelFor = async (time: string) => {
    const parcel = await parcelOnTheBelt();
    await ask(
      `update orders o set cut_off_at = ((o.cut_off_at at time zone s.timezone)::date + $2::time) at time zone s.timezone
       from sites s, parcels p where s.id = o.site_id and p.id = $1 and o.id = p.order_id`,
      [parcel.parcelId, time],
    );
    await world.floor.system(() =>
      world.floor.db.transaction(async (tx) => {
        const [found] = await rows<Parcel>(tx, PARCEL_BY_ID, [tx.siteId, parcel.parcelId]);
        await world.routes.setRoute(tx, found!);
      }),
    );
    return parcel;
  };
  const rebalance = () => world.floor.system(() => world.rebalancing.rebalance());
  const outcomeIn = async (parcel: PackView, lane: string) => {
    const arrival = arrivalAt();
    await seen(arrival, parcel.sscc!);
    await decided(arrival, lane);
    await confirmed(arrival, lane);
    return (await exceptionsOf(parcel)).map(({ code }) => code);
  };

  beforeAll(async () => {
    await ask('delete from lane_duties');
    await cutOffs({ L1: '15:00', L2: '18:30' });
  });
  afterAll(() => cutOffs({ L1: null, L2: null }));

  it('have lanes of their own, and the other one is a mis-sort', async () => {
    const [early, between, late] = [
      await parcelFor('15:00'),
      await parcelFor('17:00'),
      await parcelFor('18:30'),
    ];
    expect(await Promise.all([early, between, late].map(laneOf))).toEqual(['L1', 'L1', 'L2']);
    expect(await outcomeIn(early, 'L1')).toEqual([]);
    expect(await outcomeIn(late, 'L1')).toEqual(['misrouted']);
  });

  it('change their lanes one by one', async () => {
    await ask(
      `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank) values (1, $1, $2, 'post', 'standard', 3)`,
      [newId(), world.laneIds.L3],
    );
    const [early, late] = [await parcelFor('15:00'), await parcelFor('18:30')];
    await world.person(() => world.lanes.closeLane('L2', 'belt broken'));
    expect(await rebalance()).toMatchObject([{ carrier: 'post', truck: '18:30', because: 'L2 is closed' }]);
    expect([await laneOf(early), await laneOf(late)]).toEqual(['L1', 'L3']);
    const { duties } = await world.person(() => world.flow.sorter());
    expect(duties).toMatchObject([{ carrier: 'post', truck: '18:30', lane: 'L3' }]);
    expect(await laneOf(await parcelFor('15:00'))).toBe('L1');
    expect(await laneOf(await parcelFor('18:30'))).toBe('L3');
    await world.person(() => world.lanes.openLane('L2'));
    await ask(`delete from lane_duties`);
    await ask(`delete from lane_assignments where lane_id = $1 and carrier_code = 'post'`, [
      world.laneIds.L3,
    ]);
  });
});

describe('overrides', () => {
  const set = (given: Parameters<typeof world.overrides.set>[0]) =>
    world.person(() => world.overrides.set(given));
  const expire = () => world.floor.system(() => world.overrides.expire());

  it('close a lane for a while, and say who, when and why', async () => {
    const view = await set({ kind: 'lane-closed', subject: 'L2', reason: 'pallet is full', minutes: 10 });
    const [person] = await ask<{ name: string }>('select name from people where id = $1', [
      world.floor.people[0]!.id,
    ]);
    expect(view).toMatchObject({
      kind: 'lane-closed',
      subject: 'L2',
      reason: 'pallet is full',
      setBy: person!.name,
    });
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'closed' }] });
    world.floor.clock.advance(10 * 60_000 - 1);
    expect(await expire()).toBe(0);
    world.floor.clock.advance(2);
    expect(await expire()).toBe(1);
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'open' }] });
    const [ended] = (await world.person(() => world.overrides.list())).filter(({ id }) => id === view.id);
    expect(ended).toMatchObject({ endedBecause: 'its time was over' });
  });

  it('open a lane against its photo-eye', async () => {
    await world.apply('lane.full', { lane: 'L2' });
    const { id } = await set({ kind: 'lane-open', subject: 'L2', reason: 'photo-eye is dirty', minutes: 5 });
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'open', forced: true }] });
    await world.person(() => world.overrides.end(id, 'cleaned'));
    expect(told().at(-1)).toMatchObject({ lanes: [{ code: 'L2', state: 'full' }] });
    await expect(world.person(() => world.overrides.end(id, 'again'))).rejects.toMatchObject({
      code: 'flow.override-ended',
    });
    await world.apply('lane.clear', { lane: 'L2' });
  });

  it('send a parcel to a lane that rebalancing does not touch, and let it go again', async () => {
    const parcel = await parcelOnTheBelt();
    const usual = await laneOf(parcel);
    const { id } = await set({
      kind: 'parcel-lane',
      subject: parcel.sscc!,
      lane: 'L3',
      reason: 'courier waits',
      minutes: 30,
    });
    expect(told().at(-1)).toMatchObject({
      set: [{ parcelId: parcel.parcelId, lane: 'L3', alternatives: [] }],
    });
    await world.floor.system(() =>
      world.floor.db.transaction((tx) =>
        world.routes.moveRoutes(tx, { carrier: 'post', service: 'standard', truck: null }),
      ),
    );
    expect(await laneOf(parcel)).toBe('L3');
    await world.person(() => world.overrides.end(id, 'courier left'));
    expect(await laneOf(parcel)).toBe(usual);
  });

  it('put a point into its safe state, and the sorter shows it', async () => {
    const first = await set({
      kind: 'point-safe',
      subject: 'P1',
      reason: 'technician on the belt',
      minutes: 5,
    });
    expect(told().at(-1)).toMatchObject({
      points: [{ code: 'P1', safe: { lane: 'EXC', forced: 'technician on the belt' } }],
    });
    const { points } = await world.person(() => world.flow.sorter());
    expect(points[0]).toMatchObject({
      state: 'forced-safe',
      because: 'Everything goes to EXC: technician on the belt',
    });
    const second = await set({ kind: 'point-safe', subject: 'P1', reason: 'still there', minutes: 5 });
    const views = await world.person(() => world.overrides.list());
    expect(views.find(({ id }) => id === first.id)).toMatchObject({ endedBecause: 'replaced' });
    await world.person(() => world.overrides.end(second.id, 'done'));
    expect(told().at(-1)).toMatchObject({ points: [{ safe: { forced: null } }] });
  });

  it.each([
    ['a lane', { kind: 'lane-closed', subject: 'NONE' }, 404],
    ['a point', { kind: 'point-safe', subject: 'NONE' }, 404],
    ['a lane to send a parcel to', { kind: 'parcel-lane', subject: 'x', lane: 'NONE' }, 404],
  ] as const)('of %s that is not there are refused and change nothing', async (_name, given, status) => {
    const before = told().length;
    await expect(set({ ...given, reason: 'spec', minutes: 5 })).rejects.toMatchObject({ status });
    expect(told()).toHaveLength(before);
  });
});
