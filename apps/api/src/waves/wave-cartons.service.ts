import { Injectable } from '@nestjs/common';
import { CARTON_UNITS_MOST } from '#lib/planning';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { asParameter } from '../platform/list-text.js';
import { sharedValues } from '../platform/shared-values.js';
import { sortingOf, withLanes } from './lanes-of-cartons.js';
import type { KeepResult, PipelineStep, StepControl, StepResult } from './pipeline-step.js';
import { PlannerService } from './planner.service.js';
import { cartonTimeMs } from './search-time.js';
import type { CartonInPlan, PlannedPick, WavePlan } from './wave-plan.js';
import { picksByOrder } from './wave-plan.js';

interface CartonTypeRow {
  id: string;
  code: string;
  length_mm: number;
  width_mm: number;
  height_mm: number;
  tare_grams: number;
  max_grams: number;
}

/**
 * Which cartons the orders of a wave will be packed into, and which lanes those will leave by; the pack bench suggests them. They are
 * written once, with their lanes, while runs are searched for.
 */
@Injectable()
export class WaveCartonsService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
  ) {}

  readonly cartonise: PipelineStep = {
    decide: (plan, control) => this.choose(plan, control),
    keep: (tx, plan, { waveId }) => this.keep(tx, plan, waveId),
  };

  private async choose(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const { types, sorting } = await this.db.transaction(async (tx) => ({
      types: await rows<CartonTypeRow>(
        tx,
        `select id, code, length_mm, width_mm, height_mm, tare_grams, max_grams from carton_types where site_id = $1 and active`,
        [tx.siteId],
      ),
      sorting: await sortingOf(tx),
    }));
    if (types.length === 0) return { plan, log: ['this site has no cartons'] };
    const answer = await this.planner.cartonise(
      {
        orders: [...picksByOrder(plan)].map(([orderId, picks]) => ({
          orderId,
          items: itemsToPack(plan, picks),
        })),
        cartons: types.map((type) => ({
          cartonId: type.id,
          inner: { lengthMm: type.length_mm, widthMm: type.width_mm, heightMm: type.height_mm },
          tareGrams: type.tare_grams,
          maxContentGrams: type.max_grams - type.tare_grams,
        })),
        timeLimitMs: cartonTimeMs(plan.order),
      },
      control,
    );
    const codeOf = new Map(types.map(({ id, code }) => [id, code]));
    const chosen = answer.byOrder.flatMap(({ orderId, cartons }) =>
      cartons.map(
        ({ cartonId, contents, grossGrams, reasons }, at): CartonInPlan => ({
          orderId,
          merchantId: plan.orders.get(orderId)!.merchantId,
          number: at + 1,
          cartonTypeId: cartonId,
          code: codeOf.get(cartonId)!,
          contents,
          grossGrams,
          because: reasons,
          laneId: null,
          laneBecause: [],
        }),
      ),
    );
    const cartons = withLanes(chosen, plan.orders, sorting);
    const { unfitOrderIds, openOrderIds } = answer;
    const text = [...countBy(cartons, ({ code }) => code)].map(([code, count]) => `${count} x ${code}`);
    const unfit =
      unfitOrderIds.length > 0
        ? [`${unfitOrderIds.length} orders fit no carton whole, or are more than ${CARTON_UNITS_MOST} units`]
        : [];
    const open =
      openOrderIds.length > 0
        ? [`the time was over before ${openOrderIds.length} orders: the bench chooses their cartons`]
        : [];
    return { plan: { ...plan, cartons, unfitOrderIds }, log: [text.join(', '), ...unfit, ...open] };
  }

  private async keep(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    if (plan.cartons.length === 0) return { plan, log: [] };
    await affected(
      tx,
      `insert into planned_cartons (site_id, id, wave_id, order_id, merchant_id, number_in_order, carton_type_id, contents,
         gross_grams, because, lane_id, lane_because)
       select o.site_id, c.id, w.id, o.id, o.merchant_id, c.number, t.id, k.contents, c.grams, b.because, l.id, x.because
       from unnest($3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::int[], $9::int[], $10::uuid[], $11::int[])
         as c (id, order_id, number, type_id, contents, grams, because, lane, lane_because)
       join unnest($12::jsonb[]) with ordinality as k (contents, place) on k.place = c.contents
       join unnest($13::jsonb[]) with ordinality as b (because, place) on b.place = c.because
       join unnest($14::jsonb[]) with ordinality as x (because, place) on x.place = c.lane_because
       join orders o on o.site_id = $1 and o.id = c.order_id and o.wave_id = $2
       join carton_types t on t.site_id = $1 and t.id = c.type_id
       join waves w on w.site_id = $1 and w.id = $2
       left join lanes l on l.site_id = $1 and l.id = c.lane`,
      [tx.siteId, waveId, ...cartonColumns(plan)],
    );
    return { plan, log: [] };
  }
}

export function countBy<T>(list: readonly T[], of: (each: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of list) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1);
  return counts;
}

function itemsToPack(plan: WavePlan, picks: readonly PlannedPick[]) {
  const units = new Map<string, number>();
  for (const { itemId, quantity } of picks) units.set(itemId, (units.get(itemId) ?? 0) + quantity);
  return [...units].map(([itemId, quantity]) => {
    const { lengthMm, widthMm, heightMm, weightGrams, fragile } = plan.items.get(itemId)!;
    return { itemId, quantity, size: { lengthMm, widthMm, heightMm }, weightGrams, fragile };
  });
}

/** The columns of a plan's cartons, and the texts that they share. */
function cartonColumns({ cartons }: WavePlan): unknown[] {
  const contents = sharedValues(cartons, (each) => each.contents);
  const because = sharedValues(cartons, (each) => each.because);
  const laneBecause = sharedValues(cartons, (each) => each.laneBecause);
  return [
    cartons.map(() => newId()),
    cartons.map(({ orderId }) => orderId),
    cartons.map(({ number }) => number),
    cartons.map(({ cartonTypeId }) => cartonTypeId),
    contents.places,
    cartons.map(({ grossGrams }) => Math.round(grossGrams)),
    because.places,
    cartons.map(({ laneId }) => laneId),
    laneBecause.places,
    contents.texts,
    because.texts,
    laneBecause.texts,
  ].map(asParameter);
}
