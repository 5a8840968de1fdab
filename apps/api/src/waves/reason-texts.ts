import type { ReasonView } from '#lib/contracts';

type Facts = Record<string, unknown>;

const metres = (mm: unknown) => `${Math.round(Number(mm) / 1000)} m`;
const minutes = (ms: unknown) => `${Math.round(Number(ms) / 60_000)} min`;
const litres = (ml: unknown) => `${(Number(ml) / 1000).toFixed(1)} l`;
const percent = (share: unknown) => `${Math.round(Number(share) * 100)} %`;
const list = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value));

/** An amount of what carts and totes are limited by, with its unit. */
function amount(capacity: unknown, value: unknown): string {
  const inThousands = (unit: string) => `${Number((Number(value) / 1000).toFixed(1))} ${unit}`;
  if (capacity === 'weightGrams') return inThousands('kg');
  return capacity === 'volumeMl' ? inThousands('l') : `${String(value)} ${String(capacity)}`;
}

/** With the amounts as they are read in any language: `neededText`, `loadText`, `limitText`. */
function withAmounts(facts: Facts): Facts {
  if (typeof facts.capacity !== 'string') return facts;
  const told = ['needed', 'load', 'limit'].filter((name) => facts[name] !== undefined);
  const texts = told.map((name) => [`${name}Text`, amount(facts.capacity, facts[name])]);
  return { ...facts, ...Object.fromEntries(texts) };
}

function needs({ capacity, neededText }: Facts): string {
  const verb = capacity === 'weightGrams' ? 'weighs' : capacity === 'volumeMl' ? 'fills' : 'needs';
  return `${verb} ${String(neededText)}`;
}

/** Each reason as a sentence. A code without one is shown as it is. */
const TEXTS: Record<string, (facts: Facts) => string> = {
  'cut-off-passed': (f) => `its cut-off passed ${minutes(f.lateMs)} ago`,
  'cut-off-near': (f) => `its cut-off is near: ${minutes(f.slackMs)} to spare`,
  priority: (f) => `its priority is ${Number(f.priority) > 0 ? 'high' : 'low'} (${String(f.priority)})`,
  waited: (f) => `it has waited ${minutes(f.waitedMs)}`,
  'fair-share': () => 'its merchant had less than its share of the wave',
  'room-left': () => 'there was room left in the wave',
  fefo: (f) => `first expired first out: expires on ${String(f.expiresOn)}`,
  fifo: (f) => `first in first out: received on ${String(f.receivedOn)}`,
  'fewest-touches': (f) =>
    f.coversLine ? 'one visit covers the whole line' : 'fewest places that cover the line together',
  'full-container': (f) => `${String(f.units)} units empty the place`,
  nearest: (f) => `nearest: ${metres(f.distanceMm)} away`,
  'pick-sequence': (f) => `first in the pick sequence (${String(f.pickSequence)})`,
  'lot-asked': (f) => `lot ${String(f.lot)} was asked for`,
  'only-stock': () => 'the only place that has it',
  'short-elsewhere': (f) => `it was missing at ${String(f.location)}`,
  'smallest-that-fits': (f) =>
    `the smallest carton that holds it; ${String(f.smallerTried)} smaller ones do not`,
  split: (f) => `one carton can't hold it because of its ${String(f.because).replace('-', ' ')}`,
  'void-fill': (f) => `${litres(f.voidMl)} stay empty (${percent(f.voidShare)}): void fill`,
  'walk-saved': (f) => `together they save ${metres(f.savedMm)} of ${metres(f.aloneMm)}`,
  'shared-aisles': (f) => `they share aisles ${list(f.aisleIds)}`,
  'cart-full': (f) => `the cart is full: ${String(f.loadText)} of ${String(f.limitText)}`,
  'larger-than-tote': (f) => `${needs(f)}, a tote takes ${String(f.limitText)}: it has a cart alone`,
  'fewest-reaches': (f) => `${String(f.picks)} picks: the more picks, the nearer the slot`,
  'as-batched': () => 'in the order in which the cart was filled',
  'lane-rank': (f) => `lane ${String(f.lane)} is choice ${String(f.rank)} of its carrier service`,
  'cheapest-lane': () => 'least is on its way there',
  'gave-way': () => 'others had more use for the lane of first choice',
  'only-closed-lanes': () => 'all lanes of the service are closed',
  'wave-short': (f) => `the wave takes ${String(f.missing)} more than pick faces have`,
  'below-minimum': (f) => `${String(f.left)} would be left of at least ${String(f.minimum)}`,
  'no-stock': (f) => `${String(f.missing)} of ${String(f.sku)}: none is at a location`,
  'not-enough': (f) => `${String(f.missing)} of ${String(f.sku)} missing: ${String(f.usable)} can be had`,
  expired: (f) => `${String(f.expiredUnits)} of ${String(f.sku)} have expired`,
  'order-incomplete': () => 'another line of the order is short',
  'order-not-ready': (f) => `the order is ${String(f.state)}`,
  'on-hold': (f) => `on hold: ${String(f.hold)}`,
  'not-promised': (f) => `${String(f.missing)} of ${String(f.sku)} are not promised`,
  'others-were-quicker': () => 'other waves were quicker with its goods',
  'slot-in-reach': (f) =>
    `row ${String(f.row)}, column ${String(f.column)} of ${String(f.wall)}: best in reach for ${String(f.picks)} puts`,
  'slot-gave-way': (f) =>
    `row ${String(f.row)}, column ${String(f.column)} of ${String(f.wall)}: orders with more puts have the slots nearer to the middle`,
  'no-wall-slot': () => 'no slot of the put wall is free',
  'missing-at-wall': (f) => `its goods were missing at ${String(f.wall)}`,
  'larger-than-cart': (f) => `${needs(f)}, a cart takes ${String(f.limitText)}`,
  'stop-unreachable': () => 'no way leads to its goods',
};

/** A stored reason for programs and for people. */
export function reasonView(reason: { code: string } & Record<string, unknown>): ReasonView {
  const { code, ...stored } = reason;
  const facts = withAmounts(stored);
  const text = TEXTS[code]?.(facts) ?? code.replaceAll('-', ' ');
  return { code, facts, text };
}

/** Stored reasons, whatever an older version has stored. */
export function reasonViews(stored: unknown): ReasonView[] {
  if (!Array.isArray(stored)) return [];
  return stored
    .filter((each): each is { code: string } => typeof (each as { code?: unknown })?.code === 'string')
    .map(reasonView);
}
