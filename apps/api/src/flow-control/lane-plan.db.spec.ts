import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LanePlan, LaneTake } from '#lib/contracts';
import { conveyorWords } from '../../test/conveyor-words.js';
import { buildOutbound, type Outbound } from '../../test/outbound-fixture.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound({ totes: 30 });
});
afterAll(() => world.floor.close());

const { ask, parcelOnTheBelt, told, eventsOf, laneOf } = conveyorWords(() => world);
const take = (lane: string, rank: number, cutOffTime: string | null = null): LaneTake => ({
  ...{ lane, carrier: 'post', service: 'standard', rank, cutOffTime },
});
const FAST: LaneTake = { lane: 'L3', carrier: 'fast', service: 'standard', rank: 1, cutOffTime: null };
const POINTS = [{ point: 'P1', exceptionLane: 'EXC', noReadLane: 'NOREAD' }];
const USUAL: LanePlan = { takes: [take('L1', 1), take('L2', 2), FAST], points: POINTS };
const view = () => world.person(() => world.lanePlan.view());
const save = async (plan: LanePlan, revision?: number) => {
  const seen = revision ?? (await view()).revision;
  return world.person(() => world.lanePlan.save({ revision: seen, ...plan }));
};
const preview = (plan: LanePlan) => world.person(() => world.lanePlan.preview(plan));
const settle = () => world.floor.system(() => world.lanePlan.settle());

beforeEach(async () => {
  await ask(`update parcels set state = 'staged' where state in ('labelled', 'inducted')`);
  await ask('update routes set active = false');
  await save(USUAL);
});

describe('a plan of lanes that is saved', () => {
  it('was previewed truly, sends parcels on their way at once, tells the edge, and says who changed what', async () => {
    const parcels = [await parcelOnTheBelt(), await parcelOnTheBelt()];
    const plan: LanePlan = { takes: [take('L1', 2), take('L2', 1), FAST], points: POINTS };
    expect(await preview(plan)).toEqual({
      underWay: 2,
      planned: 0,
      moves: [{ carrier: 'post', service: 'standard', from: 'L1', to: 'L2', underWay: 2, planned: 0 }],
      unsorted: [],
    });
    const before = told().length;
    const { revision, history } = await save(plan);
    expect(await Promise.all(parcels.map(laneOf))).toEqual(['L2', 'L2']);
    expect(told().slice(before)).toMatchObject([
      {
        set: expect.arrayContaining(
          parcels.map(({ parcelId }) =>
            expect.objectContaining({ parcelId, lane: 'L2', alternatives: ['L1'] }),
          ),
        ),
      },
    ]);
    const [person] = await ask<{ name: string }>('select name from people where id = $1', [
      world.floor.people[0]!.id,
    ]);
    expect(history[0]).toMatchObject({ revision, kind: 'edited', by: person!.name });
    expect(history[0]!.differences).toMatchObject([
      { lane: 'L1', from: 1, to: 2 },
      { lane: 'L2', from: 2, to: 1 },
    ]);
    expect((await eventsOf('flow.lane-plan-changed')).at(-1)).toMatchObject({
      data: { revision, parcels: 2 },
    });
    expect(await laneOf(await parcelOnTheBelt())).toBe('L2');
  });

  it('is taken back as a change of its own, and parcels with it', async () => {
    const parcel = await parcelOnTheBelt();
    const { revision, undoable } = await save({ takes: [take('L2', 1), FAST], points: POINTS });
    expect(undoable).toBe(true);
    expect(await laneOf(parcel)).toBe('L2');
    const back = await world.person(() => world.lanePlan.undo(revision));
    expect(back).toMatchObject({ ...USUAL, revision: revision + 1 });
    expect(back.history.slice(0, 2)).toMatchObject([{ kind: 'undone' }, { kind: 'edited' }]);
    expect(await laneOf(parcel)).toBe('L1');
    await expect(world.person(() => world.lanePlan.undo(revision))).rejects.toMatchObject({
      code: 'flow.lane-plan-changed',
    });
  });

  it('changes nothing where nothing is different', async () => {
    const { revision } = await view();
    expect((await save(USUAL)).revision).toBe(revision);
  });

  it('refuses what somebody else came before with: of several at once one is saved', async () => {
    const { revision } = await view();
    const plans = [3, 4, 5].map((rank) => ({
      takes: [take('L1', 1), take('L2', rank), FAST],
      points: POINTS,
    }));
    const outcomes = await Promise.allSettled(plans.map((plan) => save(plan, revision)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toMatchObject([1, 2].map(() => ({ code: 'flow.lane-plan-changed', status: 409 })));
    expect((await view()).revision).toBe(revision + 1);
  });

  it('refuses what cannot work, and changes nothing', async () => {
    const before = await view();
    const wrong = { takes: [take('L1', 1)], points: POINTS };
    for (const refused of [save(wrong), preview(wrong)])
      await expect(refused).rejects.toMatchObject({
        code: 'flow.lane-plan-invalid',
        details: {
          errors: [{ field: 'takes', message: expect.stringMatching(/^No lane would take fast standard/) }],
        },
      });
    expect(await view()).toEqual(before);
  });

  it('sends what a point cannot sort elsewhere, and the edge hears of it', async () => {
    await save({ ...USUAL, points: [{ ...POINTS[0]!, noReadLane: 'EXC' }] });
    expect(told().at(-1)).toMatchObject({
      points: [{ code: 'P1', exceptionLane: 'EXC', noReadLane: 'EXC' }],
    });
  });

  it('gives a lane to parcels that had none, and their exceptions end', async () => {
    await ask(`delete from lane_assignments where carrier_code = 'post'`);
    const parcel = await parcelOnTheBelt();
    expect(await laneOf(parcel)).toBeUndefined();
    const plan: LanePlan = { takes: [take('L2', 1), FAST], points: POINTS };
    expect(await preview({ ...plan, takes: [FAST] })).toMatchObject({
      unsorted: [{ carrier: 'post', service: 'standard' }],
    });
    expect(await preview(plan)).toMatchObject({ underWay: 1, moves: [{ from: null, to: 'L2' }] });
    // What was before would take the lane away again.
    expect(await save(plan)).toMatchObject({ undoable: false });
    expect(await laneOf(parcel)).toBe('L2');
  });

  it('takes cartons that are planned into account, and parcels that a supervisor sent somewhere not', async () => {
    const [planned, sent] = [await parcelOnTheBelt(), await parcelOnTheBelt()];
    const set = {
      kind: 'parcel-lane',
      subject: sent.sscc!,
      lane: 'L1',
      reason: 'courier waits',
      minutes: 5,
    } as const;
    await world.person(() => world.overrides.set(set));
    await ask(
      `with planned as (
         update orders o set wave_id = gen_random_uuid(), state = 'packing' from parcels p where p.id = $1 and o.id = p.order_id
         returning o.id, o.wave_id, o.merchant_id, p.carton_type_id)
       insert into planned_cartons (site_id, id, wave_id, order_id, merchant_id, number_in_order, carton_type_id, contents, gross_grams, lane_id)
       select 1, gen_random_uuid(), wave_id, id, merchant_id, n, carton_type_id, '[]', 100, $2 from planned, generate_series(1, 3) n`,
      [planned.parcelId, world.laneIds.L1],
    );
    expect(await preview({ takes: [take('L2', 1), FAST], points: POINTS })).toMatchObject({
      underWay: 1,
      planned: 2,
      moves: [{ from: 'L1', to: 'L2', underWay: 1, planned: 2 }],
    });
    await save({ takes: [take('L2', 1), FAST], points: POINTS });
    expect([await laneOf(planned), await laneOf(sent)]).toEqual(['L2', 'L1']);
    const plans = await ask(
      `select l.code, c.lane_because as because from planned_cartons c join lanes l on l.id = c.lane_id order by c.number_in_order`,
    );
    const followed = { code: 'L2', because: [{ code: 'lane-rank', rank: 1, lane: 'L2' }] };
    expect(plans).toMatchObject([{ code: 'L1' }, followed, followed]);
  });

  it('ends what rebalancing decided by the plan before', async () => {
    await world.person(() => world.lanes.closeLane('L1', 'belt broken'));
    await world.floor.system(() => world.rebalancing.rebalance());
    expect(await ask('select 1 from lane_duties')).toHaveLength(1);
    await world.person(() => world.lanes.openLane('L1'));
    await save({ takes: [take('L1', 1), take('L2', 3), FAST], points: POINTS });
    expect(await ask('select 1 from lane_duties')).toEqual([]);
  });
});

describe('an import', () => {
  const bring = (rank: number) => {
    const plan = { takes: [take('L2', rank)], points: [] };
    return world.floor.system(() => world.floor.db.transaction((tx) => world.lanePlan.bring(tx, plan)));
  };
  const rankOfL2 = async () => (await view()).takes.find(({ lane }) => lane === 'L2')!.rank;

  it('changes what the file says anew, and leaves alone what people set since it said so', async () => {
    await bring(7);
    expect(await rankOfL2()).toBe(7);
    await save(USUAL);
    await bring(7);
    expect(await rankOfL2()).toBe(2);
    await bring(8);
    expect(await rankOfL2()).toBe(8);
  });
});

describe('parcels whose lane was being chosen while the plan changed', () => {
  it('are sent on as it stands now, for a while', async () => {
    const parcel = await parcelOnTheBelt();
    await save({ takes: [take('L2', 1), FAST], points: POINTS });
    const stray = () =>
      ask('update routes set lane_id = $1, alternative_ids = $2 where active', [world.laneIds.L1, []]);
    await stray();
    expect(await settle()).toBe(1);
    expect(await laneOf(parcel)).toBe('L2');
    expect(await settle()).toBe(0);
    world.floor.clock.advance(120_000);
    expect(await settle()).toBe(0);
    await stray();
    expect(await settle()).toBe(0);
  });

  it('and what another process brought is made known to the agents once', async () => {
    world.floor.clock.advance(120_000);
    await settle();
    const plan = { takes: [take('L2', 3)], points: [] };
    await world.floor.system(() => world.floor.db.transaction((tx) => world.lanePlan.bring(tx, plan)));
    const { takes, history } = await view();
    expect(takes).toEqual([take('L1', 1), take('L2', 3), FAST]);
    expect(history[0]).toMatchObject({ kind: 'imported', by: 'spec' });
    const before = told().length;
    await settle();
    await settle();
    expect(told().slice(before)).toMatchObject([{ kind: 'change', lanes: [], set: [] }]);
  });
});
