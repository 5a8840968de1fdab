import { Injectable } from '@nestjs/common';
import type { CartonPlan, CartonType, ItemToPack } from '#lib/planning';
import { rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { PlannerService } from '../waves/planner.service.js';
import { plannedCartons } from './planned-cartons.queries.js';
import { cartonAsPlanned, suggestCarton, takesLong } from './suggest-carton.js';

/** The carton that a parcel begins with, and why, for the packer. */
export interface CartonAdvice {
  id: string;
  code: string;
  because: string[];
}

/** A basket whose carton takes too long to be worked out inside a transaction. */
export class CartonQuestion {
  constructor(
    readonly items: ItemToPack[],
    readonly cartons: CartonOfSite[],
  ) {}
}

type CartonOfSite = CartonType & { code: string };

/** A packer waits this long for the carton of a large basket; then the largest one has to do. */
const PATIENCE_MS = 3_000;

/** Which carton to fold at the bench: as the wave planned it, else by what lies in the tote. */
@Injectable()
export class CartonAdviceService {
  constructor(private readonly planner: PlannerService) {}

  /** The carton for what lies in the tote, or the question for {@link workOut} where it is a large basket. */
  async suggest(tx: Tx, orderId: string, toteId: string): Promise<CartonAdvice | CartonQuestion> {
    const items = await itemsIn(tx, toteId);
    const planned = cartonAsPlanned(items, await plannedCartons(tx, orderId));
    if (planned) return planned;
    const cartons = await cartonsOf(tx);
    return takesLong(items) ? new CartonQuestion(items, cartons) : adviceOf(items, cartons);
  }

  /** Packs the basket in a worker thread; scans are answered meanwhile. To be asked outside of transactions. */
  async workOut({ items, cartons }: CartonQuestion): Promise<CartonAdvice> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      return adviceOf(items, cartons, await this.planner.pack({ items, cartons }, patience));
    } catch (error) {
      if (!patience.aborted) throw error;
      return adviceOf(items, cartons, 'too-late');
    }
  }
}

function adviceOf(
  items: ItemToPack[],
  cartons: CartonOfSite[],
  worked?: CartonPlan | 'too-late',
): CartonAdvice {
  const suggestion = suggestCarton(items, cartons, worked);
  const carton = cartons.find(({ cartonId }) => cartonId === suggestion?.cartonId);
  if (!suggestion || !carton) throw new Refusal('packing.no-cartons', 'This site has no carton types yet.');
  return { id: carton.cartonId, code: carton.code, because: suggestion.because };
}

function itemsIn(tx: Tx, toteId: string): Promise<ItemToPack[]> {
  return rows<ItemToPack>(
    tx,
    `select i.id as "itemId", sum(l.quantity)::int as quantity, i.weight_grams as "weightGrams", i.fragile,
       json_build_object('lengthMm', i.length_mm, 'widthMm', i.width_mm, 'heightMm', i.height_mm) as size
     from levels l join items i on i.id = l.item_id
     where l.site_id = $1 and l.account_kind = 'container' and l.account_id = $2 and l.quantity > 0 group by i.id`,
    [tx.siteId, toteId],
  );
}

function cartonsOf(tx: Tx): Promise<CartonOfSite[]> {
  return rows<CartonOfSite>(
    tx,
    `select id as "cartonId", code, tare_grams as "tareGrams", max_grams as "maxContentGrams",
       json_build_object('lengthMm', length_mm, 'widthMm', width_mm, 'heightMm', height_mm) as inner
     from carton_types where site_id = $1 and active`,
    [tx.siteId],
  );
}
