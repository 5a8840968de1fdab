import type { ReasonView } from '#lib/contracts';
import type { LeftReason } from '#lib/planning';
import { WAVE_ATTEMPTS_MAX } from './candidates.js';
import type { ReleaseDecision } from './decide-release.js';
import { capacityWords } from './wave-capacity.js';

/** Who could take orders that are ready, in the order in which they do. */
export type Taker =
  | { kind: 'channel'; id: string; name: string; decision: ReleaseDecision }
  | { kind: 'schedule'; templateId: string; name: string; nextAt: Date | null; timeZone: string };

export type WaitingKind =
  | 'hold'
  | 'not-judged'
  | 'stock-to-arrive'
  | 'wave'
  | 'attempts-spent'
  | 'goods-not-at-hand'
  | 'larger-than-wave'
  | 'lane-full'
  | 'taker'
  | 'no-room-in-wave'
  | 'nobody-takes-it';

/** Why an order waits as the database can tell it: `detail` is what tells orders of one kind apart. */
export interface WaitingFor {
  kind: WaitingKind;
  /** The hold's reason, the wave's number and state (or what it had too little of), the carrier service, the taker's place; else ''. */
  detail: string;
  /** What is written with the order or its line, of a single order; null for a group of them. */
  note: string | null;
  /** Why the last wave that looked at it had no room, of a single order. */
  left?: LeftReason | null;
}

const WAVE_TEXTS: Readonly<Record<string, string>> = {
  planning: 'is being planned',
  planned: 'is planned and waits to be released',
  locked: 'is locked',
  failed: 'could not be planned',
};

/** The one reason why an order is not released, for programs and for people. */
export function explainWaiting(waiting: WaitingFor, takers: readonly Taker[]): ReasonView {
  const { kind, detail, note } = waiting;
  switch (kind) {
    case 'hold':
      return { code: 'hold', facts: { reason: detail }, text: `On hold: ${detail}.` };
    case 'not-judged':
      return { code: kind, facts: {}, text: 'It has just come and is being checked.' };
    case 'stock-to-arrive':
      return {
        code: kind,
        facts: { note },
        text: note ? `Waits for ${note}.` : 'Waits for stock to arrive.',
      };
    case 'wave':
      return ofWave(detail);
    case 'attempts-spent': {
      const text = `A line could not be planned in ${WAVE_ATTEMPTS_MAX} waves: a supervisor decides.`;
      return { code: kind, facts: { attempts: WAVE_ATTEMPTS_MAX, note }, text };
    }
    case 'goods-not-at-hand': {
      const text = note ? `Left its wave: ${note}.` : 'Its goods are not at a location that can be picked.';
      return { code: kind, facts: { note }, text };
    }
    case 'lane-full':
      return {
        code: kind,
        facts: { service: detail },
        text: `No lane takes ${detail}: all are full or closed.`,
      };
    case 'larger-than-wave':
    case 'no-room-in-wave':
      return ofLeft(waiting);
    case 'taker':
      return ofTaker(takers[Number(detail)]);
    case 'nobody-takes-it':
      return { code: kind, facts: {}, text: 'No channel or schedule takes it: a person plans its wave.' };
  }
}

function ofWave(detail: string): ReasonView {
  const [number, state = ''] = detail.split(' ');
  const text = `Wave ${number} ${WAVE_TEXTS[state] ?? `is ${state}`}.`;
  return { code: `wave-${state}`, facts: { wave: Number(number), state }, text };
}

/** What the order needed and the wave had, where it is one order that is told of. */
function ofLeft({ kind, detail, left }: WaitingFor): ReasonView {
  const [number, capacity = ''] = detail.split(' ');
  const words = capacityWords(capacity);
  const facts = { wave: Number(number), capacity };
  if (kind === 'larger-than-wave') {
    const known = left?.code === kind ? { needed: left.needed, limit: left.limit } : null;
    const figures = known ? `: ${known.needed} needed, at most ${known.limit}` : '';
    const text = `Larger than a wave may be, as wave ${number} found (${words}${figures}).`;
    return { code: kind, facts: { ...facts, ...known }, text };
  }
  const known = left?.code === 'no-capacity' ? { needed: left.needed, free: left.free } : null;
  const figures = known ? `: ${known.needed} needed, ${known.free} free` : '';
  const text = `Wave ${number} had no room for it (${words}${figures}). A person plans the next wave.`;
  return { code: kind, facts: { ...facts, ...known }, text };
}

function ofTaker(taker: Taker | undefined): ReasonView {
  if (!taker) return { code: 'nobody-takes-it', facts: {}, text: 'A person plans its wave.' };
  if (taker.kind === 'schedule') {
    const { name, nextAt, timeZone } = taker;
    const at = nextAt?.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
    const text = at ? `Waits for the schedule ${name}, due at ${at}.` : `Waits for the schedule ${name}.`;
    return { code: 'schedule', facts: { schedule: name, nextAt: nextAt?.toISOString() ?? null }, text };
  }
  const { name, decision } = taker;
  if (!('because' in decision)) {
    return { code: 'next-look', facts: { channel: name }, text: `Goes next through the channel ${name}.` };
  }
  const [first] = decision.reasons;
  const text = `Channel ${name}: ${first?.text ?? decision.because}`;
  return { code: first?.code ?? 'channel', facts: { channel: name, ...first?.facts }, text };
}
