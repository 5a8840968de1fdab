import {
  CARTON_UNITS_MOST,
  type CartonPlan,
  type CartonReason,
  type CartonType,
  chooseCarton,
  type ItemToPack,
} from '#lib/planning';

export interface CartonSuggestion {
  cartonId: string;
  /** Why this one, for the packer. */
  because: string[];
}

/** A carton that the wave of an order has planned for it. */
export interface CartonPlanned {
  id: string;
  code: string;
  contents: { itemId: string; quantity: number }[];
  /** Why the wave chose it, as stored; an older version stored less. */
  because: readonly { code?: string; voidMl?: number }[];
}

/**
 * The next carton of the wave's plan while the tote holds just what is left of that plan; null when something came otherwise and
 * the carton has to be chosen anew.
 */
export function cartonAsPlanned(
  items: readonly { itemId: string; quantity: number }[],
  left: readonly CartonPlanned[],
): { id: string; code: string; because: string[] } | null {
  const [next] = left;
  if (!next) return null;
  const units = new Map<string, number>();
  for (const { itemId, quantity } of items) units.set(itemId, (units.get(itemId) ?? 0) + quantity);
  for (const { itemId, quantity } of left.flatMap(({ contents }) => contents))
    units.set(itemId, (units.get(itemId) ?? 0) - quantity);
  if ([...units.values()].some((quantity) => quantity !== 0)) return null;
  const which =
    left.length === 1 ? 'planned with the wave' : `planned with the wave: ${left.length} cartons are left`;
  const voidMl = next.because.find(({ code }) => code === 'void-fill')?.voidMl;
  return { id: next.id, code: next.code, because: voidMl ? [which, fillText(voidMl)] : [which] };
}

/** Packing more units than this may take longer than scans should wait for each other. */
const UNITS_AT_ONCE = 4;

/** Whether the carton for these is worked out in a thread of its own. */
export function takesLong(items: readonly ItemToPack[]): boolean {
  const units = unitsOf(items);
  return units > UNITS_AT_ONCE && units <= CARTON_UNITS_MOST;
}

/**
 * The carton to fold for what lies in the tote; null when the site has no carton at all.
 * @param worked the packing as it was worked out already; `too-late` when that took too long
 */
export function suggestCarton(
  items: readonly ItemToPack[],
  cartons: readonly CartonType[],
  worked?: CartonPlan | 'too-late',
): CartonSuggestion | null {
  const largest = [...cartons].sort((one, two) => volume(two) - volume(one))[0];
  if (!largest) return null;
  const { cartonId } = largest;
  if (unitsOf(items) > CARTON_UNITS_MOST)
    return { cartonId, because: [`more than ${CARTON_UNITS_MOST} units: the largest carton`] };
  if (worked === 'too-late')
    return { cartonId, because: ['nothing was worked out in time: the largest carton'] };
  const plan = worked ?? chooseCarton([...items], [...cartons]);
  const first = plan.cartons[0];
  if (!first) {
    const why =
      plan.unpacked.length > 0 ? 'nothing here fits any carton: the largest one' : 'nothing to pack yet';
    return { cartonId, because: [why] };
  }
  const because = first.reasons.map((reason) => reasonText(reason, plan.cartons.length, first.fillRatio));
  if (plan.unpacked.length > 0) because.push(`${plan.unpacked.length} item(s) fit no carton`);
  return { cartonId: first.cartonId, because };
}

function reasonText(reason: CartonReason, cartons: number, fillRatio: number): string {
  switch (reason.code) {
    case 'split':
      return `first of ${cartons} cartons, for ${reason.because === 'mix-group' ? 'goods that may not mix' : reason.because}`;
    case 'smallest-that-fits':
      return `the smallest that fits (${Math.round(fillRatio * 100)} % full)`;
    case 'void-fill':
      return fillText(reason.voidMl);
  }
}

function fillText(voidMl: number): string {
  return `${(voidMl / 1000).toFixed(1)} l of void fill`;
}

function unitsOf(items: readonly ItemToPack[]): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}

function volume({ inner }: CartonType): number {
  return inner.lengthMm * inner.widthMm * inner.heightMm;
}
