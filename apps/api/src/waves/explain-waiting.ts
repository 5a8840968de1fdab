import type { ReasonView } from '#lib/contracts';
import { WAVE_ATTEMPTS_MAX } from './candidates.js';
import type { ReleaseDecision } from './decide-release.js';

/** Who could take orders that are ready, in the order in which they do. */
export type Taker =
  | { kind: 'channel'; name: string; decision: ReleaseDecision }
  | { kind: 'schedule'; name: string; nextAt: Date | null; timeZone: string };

export type WaitingKind =
  | 'hold'
  | 'not-judged'
  | 'stock-to-arrive'
  | 'wave'
  | 'attempts-spent'
  | 'goods-not-at-hand'
  | 'lane-full'
  | 'taker'
  | 'nobody-takes-it';

/** Why an order waits as the database can tell it: `detail` is what tells orders of one kind apart. */
export interface WaitingFor {
  kind: WaitingKind;
  /** The hold's reason, the wave's number and state, the carrier service, the taker's place; else ''. */
  detail: string;
  /** What is written with the order or its line, of a single order; null for a group of them. */
  note: string | null;
}

const WAVE_TEXTS: Readonly<Record<string, string>> = {
  planning: 'is being planned',
  planned: 'is planned and waits to be released',
  locked: 'is locked',
  failed: 'could not be planned',
};

/** The one reason why an order is not released, for programs and for people. */
export function explainWaiting({ kind, detail, note }: WaitingFor, takers: readonly Taker[]): ReasonView {
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
