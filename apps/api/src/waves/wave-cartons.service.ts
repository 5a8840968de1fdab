import { Injectable } from '@nestjs/common';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { sharedValues } from '../platform/shared-values.js';
import type { KeepResult, PipelineStep, StepControl, StepResult } from './pipeline-step.js';
import { PlannerService } from './planner.service.js';
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

/** Which cartons the orders of a wave will be packed into; the pack bench suggests them. */
@Injectable()
export class WaveCartonsService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
  ) {}

  readonly cartonise: PipelineStep = {
    decide: (plan, control) => this.choose(plan, control),
    keep: (tx, plan, { waveId }) => this.insert(tx, plan, waveId),
  };

  private async choose(plan: WavePlan, control: StepControl): Promise<StepResult> {
    const types = await this.db.transaction((tx) =>
      rows<CartonTypeRow>(
        tx,
        `select id, code, length_mm, width_mm, height_mm, tare_grams, max_grams from carton_types where site_id = $1 and active`,
        [tx.siteId],
      ),
    );
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
      },
      control,
    );
    const codeOf = new Map(types.map(({ id, code }) => [id, code]));
    const cartons = answer.byOrder.flatMap(({ orderId, cartons }) =>
      cartons.map(
        ({ cartonId, contents, grossGrams, reasons }, at): CartonInPlan => ({
          id: newId(),
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
    const { unfitOrderIds } = answer;
    const text = [...countBy(cartons, ({ code }) => code)].map(([code, count]) => `${count} x ${code}`);
    const unfit = unfitOrderIds.length > 0 ? [`${unfitOrderIds.length} orders fit no carton whole`] : [];
    return { plan: { ...plan, cartons, unfitOrderIds }, log: [text.join(', '), ...unfit] };
  }

  private async insert(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    const { cartons } = plan;
    const contents = sharedValues(cartons, (each) => each.contents);
    const because = sharedValues(cartons, (each) => each.because);
    await affected(
      tx,
      `insert into planned_cartons (site_id, id, wave_id, order_id, merchant_id, number_in_order, carton_type_id, contents,
         gross_grams, because)
       select $1, c.id, w.id, o.id, o.merchant_id, c.number, t.id, k.contents, c.grams, b.because
       from unnest($3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::int[], $9::int[])
         as c (id, order_id, number, type_id, contents, grams, because)
       join unnest($10::jsonb[]) with ordinality as k (contents, place) on k.place = c.contents
       join unnest($11::jsonb[]) with ordinality as b (because, place) on b.place = c.because
       join orders o on o.site_id = $1 and o.id = c.order_id
       join carton_types t on t.site_id = $1 and t.id = c.type_id
       join waves w on w.site_id = $1 and w.id = $2 on conflict do nothing`,
      [
        tx.siteId,
        waveId,
        cartons.map((each) => each.id),
        cartons.map((each) => each.orderId),
        cartons.map((each) => each.number),
        cartons.map((each) => each.cartonTypeId),
        contents.places,
        cartons.map((each) => Math.round(each.grossGrams)),
        because.places,
        contents.texts,
        because.texts,
      ],
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
