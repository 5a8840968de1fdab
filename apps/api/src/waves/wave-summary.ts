import type { WaveSummary } from '#lib/contracts';
import { labourOf, STANDARD } from './labour.js';
import type { WavePlan } from './wave-plan.js';

/** What a wave's card says of its plan, as far as it has come. */
export function summaryOf(plan: WavePlan): WaveSummary {
  const cartons: Record<string, number> = {};
  for (const { code } of plan.cartons) cartons[code] = (cartons[code] ?? 0) + 1;
  const summary: WaveSummary = {};
  if (plan.cartons.length > 0) summary.cartons = cartons;
  if (plan.replenishments.length > 0)
    summary.replenishUnits = plan.replenishments.reduce((sum, { quantity }) => sum + quantity, 0);
  if (plan.runs.length === 0) return summary;
  const labour = labourOf(plan, STANDARD);
  summary.runs = plan.runs.length;
  summary.walkMetres = walkMetres(plan);
  summary.labourMinutes = Math.round(labour.pickMinutes + labour.packMinutes);
  if (plan.naiveMm > 0) summary.naiveWalkMetres = Math.round(plan.naiveMm / 1000);
  return summary;
}

export function walkMetres(plan: WavePlan): number {
  return Math.round(plan.runs.reduce((sum, { walkMm }) => sum + walkMm, 0) / 1000);
}
