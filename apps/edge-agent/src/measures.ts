import { type EdgeCheck, type ReadingData, weightInGrams } from '#lib/contracts';
import { type Measured, pairMeasure, sidesOf } from '#lib/flow';

type Instrument = 'weigh.stable' | 'dimension.measured';
type Measure = Measured & { atMs: number; trackId?: number };

/** What a parcel in front of a point is looked for by. */
export interface Measurable {
  trackId: number;
  atMs: number;
  /** The weight that the PLC itself sent with the arrival. */
  weightGrams?: number;
}

/** Measures that wait to be claimed, per instrument; an older one belongs to a parcel that never came. */
const KEPT_MAX = 16;

interface Waiter {
  check: EdgeCheck;
  end: () => void;
}

/**
 * What scales and dimensioners in the line have said and no arrival has claimed yet. Each measure is claimed once, by track
 * number or by its time before the arrival (#lib/flow `pairMeasure`).
 */
export class Measures {
  private readonly waiting = new Map<string, Measure[]>();
  private readonly waiters = new Set<Waiter>();

  /** An instrument measured something. */
  hear<K extends Instrument>(device: string, kind: K, data: ReadingData[K], atMs: number): void {
    const list = this.waiting.get(device) ?? [];
    list.push({ atMs, ...valuesOf(kind, data), ...numberOf(data) });
    if (list.length > KEPT_MAX) list.shift();
    this.waiting.set(device, list);
    for (const waiter of [...this.waiters]) {
      if (waiter.check.scale === device || waiter.check.dimensioner === device) waiter.end();
    }
  }

  /** True when everything that the check looks for is here, or can't be told apart any more. */
  isComplete(check: EdgeCheck, parcel: Measurable): boolean {
    const there = (device: string | null) =>
      device === null || pairMeasure(this.waiting.get(device) ?? [], parcel, check.windowMs).kind !== 'none';
    return (parcel.weightGrams !== undefined || there(check.scale)) && there(check.dimensioner);
  }

  /** Resolves when the check's instruments have said what was missing, at the latest after `limitMs`. */
  async whenComplete(check: EdgeCheck, parcel: Measurable, limitMs: number): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (!this.isComplete(check, parcel) && performance.now() < endMs) {
      await this.next(check, endMs - performance.now());
    }
  }

  /** Takes the measures of this parcel, so that the next one can't have them. */
  claim(check: EdgeCheck, parcel: Measurable): Measured {
    const weighed = check.scale === null ? {} : this.take(check.scale, check, parcel);
    const sized = check.dimensioner === null ? {} : this.take(check.dimensioner, check, parcel);
    const grams = parcel.weightGrams ?? weighed.grams ?? sized.grams;
    const { sidesMm } = sized;
    return { ...(grams === undefined ? {} : { grams }), ...(sidesMm === undefined ? {} : { sidesMm }) };
  }

  private take(device: string, check: EdgeCheck, parcel: Measurable): Measured {
    const list = this.waiting.get(device) ?? [];
    const pairing = pairMeasure(list, parcel, check.windowMs);
    if (pairing.kind === 'none') return {};
    if (pairing.kind === 'unsure') {
      // One of them was this parcel's; the others stay unsure for the next arrivals until the window has passed.
      return { grams: 'unsure', sidesMm: 'unsure' };
    }
    return list.splice(pairing.index, 1)[0]!;
  }

  private next(check: EdgeCheck, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        check,
        end: () => {
          clearTimeout(limit);
          this.waiters.delete(waiter);
          resolve();
        },
      };
      const limit = setTimeout(waiter.end, Math.max(0, limitMs));
      this.waiters.add(waiter);
    });
  }
}

function valuesOf<K extends Instrument>(kind: K, data: ReadingData[K]): Measured {
  if (kind === 'weigh.stable') return { grams: weightInGrams((data as ReadingData['weigh.stable']).weight) };
  const { lengthMm, widthMm, heightMm, weight } = data as ReadingData['dimension.measured'];
  const sidesMm = sidesOf(lengthMm, widthMm, heightMm);
  return weight ? { sidesMm, grams: weightInGrams(weight) } : { sidesMm };
}

function numberOf({ trackId }: { trackId?: number }): { trackId?: number } {
  return trackId === undefined ? {} : { trackId };
}
