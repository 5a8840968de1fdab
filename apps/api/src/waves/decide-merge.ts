import type { Amount, ReasonView, WaveLimits } from '#lib/contracts';

/** A wave as far as it matters for joining others. */
export interface MergeableWave {
  id: string;
  number: number;
  state: string;
  ofChannel: boolean;
  /** How its orders are put on carts. */
  method: string;
  size: Amount;
  /** The most that waves of its template may hold, as the template says now. */
  template: string;
  limits: Partial<Pick<WaveLimits, 'ordersMax' | 'linesMax' | 'unitsMax'>>;
}

const MERGEABLE: ReadonlySet<string> = new Set(['planned', 'locked']);

/** Why these waves can't become one, a reason for each that is in the way; empty when they can. */
export function whyNotMerge(waves: readonly MergeableWave[]): ReasonView[] {
  const reasons: ReasonView[] = [];
  if (waves.length < 2) {
    reasons.push({
      code: 'one-wave',
      facts: { waves: waves.length },
      text: 'Two waves or more can be merged.',
    });
  }
  for (const { number, state, ofChannel } of waves) {
    const facts = { wave: number, state };
    if (!MERGEABLE.has(state)) {
      const text = `Wave ${number} is ${state}: only planned and locked waves can be merged.`;
      reasons.push({ code: 'wrong-state', facts, text });
    }
    if (ofChannel) {
      const text = `Wave ${number} belongs to a channel, which releases it by itself.`;
      reasons.push({ code: 'of-channel', facts, text });
    }
  }
  const methods = new Set(waves.map(({ method }) => method));
  if (methods.size > 1) {
    const text = `They are picked in different ways: ${[...methods].join(' and ')}.`;
    reasons.push({ code: 'different-methods', facts: { methods: [...methods].join(', ') }, text });
  }
  return [...reasons, ...beyondLimits(waves)];
}

/** What the waves have too much of together for the first one's template, each with its figures. */
function beyondLimits(waves: readonly MergeableWave[]): ReasonView[] {
  const [first] = waves;
  if (!first) return [];
  const { template, limits } = first;
  return (['orders', 'lines', 'units'] as const).flatMap((measure): ReasonView[] => {
    const limit = limits[`${measure}Max`];
    const together = waves.reduce((sum, { size }) => sum + size[measure], 0);
    if (limit === undefined || together <= limit) return [];
    const text = `Together they have ${together} ${measure}: waves of ${template} may have ${limit}.`;
    return [{ code: 'larger-than-template', facts: { measure, together, limit, template }, text }];
  });
}
