import { Injectable } from '@nestjs/common';
import { CARTON_UNITS_MOST } from '#lib/planning';
import { Database, rows } from '../platform/database.service.js';
import type { PipelineStep, StepControl, StepResult } from './pipeline-step.js';
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
 * Which cartons the orders of a wave will be packed into; the pack bench suggests them. They are kept with their lanes by the step
 * that assigns those, once: the same goods fit the same cartons again if a plan is resumed before.
 */
@Injectable()
export class WaveCartonsService {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
  ) {}

  readonly cartonise: PipelineStep = {
    decide: (plan, control) => this.choose(plan, control),
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
        timeLimitMs: cartonTimeMs(plan.order),
      },
      control,
    );
    const codeOf = new Map(types.map(({ id, code }) => [id, code]));
    const cartons = answer.byOrder.flatMap(({ orderId, cartons }) =>
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
