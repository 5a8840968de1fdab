import type { WavePlan } from './wave-plan.js';

/** What work takes, in seconds. */
export interface LabourRates {
  /** Walked with a cart. */
  metrePerSecond: number;
  secondsPerStop: number;
  secondsPerUnit: number;
  /** To take a cart and hand it over. */
  secondsPerRun: number;
  secondsPerParcel: number;
  secondsPerPackedUnit: number;
}

/** Usual figures for cart picking and bench packing, until the floor has been measured. */
export const STANDARD: LabourRates = {
  metrePerSecond: 1.1,
  secondsPerStop: 9,
  secondsPerUnit: 2,
  secondsPerRun: 90,
  secondsPerParcel: 40,
  secondsPerPackedUnit: 4,
};

/** Minutes of work in a plan. Orders without a planned carton count as one parcel. */
export function labourOf(plan: WavePlan, rates: LabourRates): { pickMinutes: number; packMinutes: number } {
  const units = plan.picks.reduce((sum, { quantity }) => sum + quantity, 0);
  const walkMm = plan.runs.reduce((sum, run) => sum + run.walkMm, 0);
  const pickSeconds =
    walkMm / 1000 / rates.metrePerSecond +
    plan.picks.length * rates.secondsPerStop +
    units * rates.secondsPerUnit +
    plan.runs.length * rates.secondsPerRun;
  const planned = new Set(plan.cartons.map(({ orderId }) => orderId)).size;
  const parcels = plan.cartons.length + plan.orders.size - planned;
  const packSeconds = parcels * rates.secondsPerParcel + units * rates.secondsPerPackedUnit;
  return { pickMinutes: pickSeconds / 60, packMinutes: packSeconds / 60 };
}

/** Work that was done lately, and how long people took for it. */
export interface WorkDone {
  runs: number;
  walkMm: number;
  stops: number;
  units: number;
  pickSeconds: number;
  parcels: number;
  packedUnits: number;
  packSeconds: number;
}

/** Fewer than this say nothing about the pace of a floor. */
const RUNS_LEAST = 5;
const PARCELS_LEAST = 20;

/** How this floor's pace compares with the standard: 1.2 takes a fifth longer; null where too little was done to say. */
export function paceOf(done: WorkDone, rates: LabourRates): { pick: number | null; pack: number | null } {
  const pickStandard =
    done.walkMm / 1000 / rates.metrePerSecond +
    done.stops * rates.secondsPerStop +
    done.units * rates.secondsPerUnit +
    done.runs * rates.secondsPerRun;
  const packStandard = done.parcels * rates.secondsPerParcel + done.packedUnits * rates.secondsPerPackedUnit;
  return {
    pick: done.runs >= RUNS_LEAST ? done.pickSeconds / pickStandard : null,
    pack: done.parcels >= PARCELS_LEAST ? done.packSeconds / packStandard : null,
  };
}
