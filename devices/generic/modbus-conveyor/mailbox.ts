import type { PointResult } from '#lib/contracts';

/**
 * The register map, for the driver, the simulator and the PLC programmer (README.md has it as a table). Every number is
 * unsigned; 32-bit numbers take two registers; text is two characters a register, the first in the high byte.
 */

/** "W1" says that the map is ours, version 1: an agent pointed at another device reads no nonsense. */
export const SIGNATURE = 0x5731;

/** Header of the block that the PLC writes, by offset. */
export const HEAD = {
  plcLife: 0,
  /** Changes whenever the PLC has forgotten its events (restart). Never 0. */
  session: 1,
  /** Bit n-1 is lane n. */
  lanesFull: 2,
  lanesJam: 3,
  /** Sequence of the last route the PLC took. */
  routeTaken: 4,
  /** Sequence of the last event the agent acknowledged. */
  acknowledged: 5,
  newest: 6,
  signature: 7,
  size: 8,
} as const;

/** An event slot, by offset; codes follow at `codes`, and the sequence word is the last register. */
export const SLOT = {
  kind: 0,
  point: 1,
  trackId: 2,
  /** arrive: result; confirm: actual lane. */
  detail: 4,
  /** confirm: planned lane, 0 when no route came in time. */
  planned: 5,
  reason: 6,
  /** 0: not weighed. */
  weightGrams: 7,
  codeBytes: 9,
  codes: 10,
} as const;

/** The block that the agent writes, by offset. */
export const OUT = { agentLife: 0, acknowledge: 1, route: 2 } as const;
/** point, trackId (2), lane, three alternatives (0: none), sequence. */
export const ROUTE_SIZE = 8;
export const ALTERNATIVES_MAX = 3;

export const EVENT = { arrive: 1, confirm: 2, lost: 3 } as const;
export const RESULTS: PointResult[] = ['read', 'no-read', 'multi', 'conflict'];
export const REASONS = ['', 'lane-full', 'too-late', 'jam', 'manual', 'other'];
/** Between two codes of one arrival: no code holds it. */
export const CODE_SEPARATOR = '\n';

/** Sequences run 1 to 60,000 and begin again: divisible by 1, 2, 3 and 4 slots, so that a slot's turn never jumps. */
const SEQUENCE_MAX = 60_000;

export interface MailboxShape {
  slots: number;
  codeRegisters: number;
  wordOrder: 'high-first' | 'low-first';
}

export function slotSize(shape: MailboxShape): number {
  return SLOT.codes + shape.codeRegisters + 1;
}

export function readSize(shape: MailboxShape): number {
  return HEAD.size + shape.slots * slotSize(shape);
}

export function slotOffset(shape: MailboxShape, sequence: number): number {
  return HEAD.size + ((sequence - 1) % shape.slots) * slotSize(shape);
}

/** The registers of an event's slot as hex, four digits each: the evidence that goes with its readings. */
export function slotHex(registers: readonly number[], sequence: number, shape: MailboxShape): string {
  const from = slotOffset(shape, sequence);
  const slot = registers.slice(from, from + slotSize(shape));
  return slot.map((register) => register.toString(16).padStart(4, '0')).join('');
}

export function nextSequence(sequence: number): number {
  return sequence >= SEQUENCE_MAX ? 1 : sequence + 1;
}

export function splitNumber(value: number, shape: Pick<MailboxShape, 'wordOrder'>): [number, number] {
  const high = Math.floor(value / 0x1_0000) & 0xffff;
  const low = value & 0xffff;
  return shape.wordOrder === 'high-first' ? [high, low] : [low, high];
}

export function joinNumber(first: number, second: number, shape: Pick<MailboxShape, 'wordOrder'>): number {
  return shape.wordOrder === 'high-first' ? first * 0x1_0000 + second : second * 0x1_0000 + first;
}

/** An event as it stands in its slot. Lanes and points are the PLC's numbers. */
export type MailboxEvent = { sequence: number; point: number; trackId: number } & (
  | { kind: 'arrive'; result: PointResult; codes: string[]; weightGrams: number }
  | { kind: 'confirm'; actual: number; planned: number; reason: string }
  | { kind: 'lost'; reason: string }
);

/** The registers of an event, its sequence word last. Codes that do not fit are cut off as a whole. */
export function encodeEvent(event: MailboxEvent, shape: MailboxShape): number[] {
  const slot = new Array<number>(slotSize(shape)).fill(0);
  slot[SLOT.kind] = EVENT[event.kind];
  slot[SLOT.point] = event.point;
  [slot[SLOT.trackId], slot[SLOT.trackId + 1]] = splitNumber(event.trackId, shape);
  if (event.kind === 'arrive') encodeArrival(slot, event, shape);
  else slot[SLOT.reason] = Math.max(0, REASONS.indexOf(event.reason));
  if (event.kind === 'confirm') {
    slot[SLOT.detail] = event.actual;
    slot[SLOT.planned] = event.planned;
  }
  slot[slot.length - 1] = event.sequence;
  return slot;
}

function encodeArrival(
  slot: number[],
  event: Extract<MailboxEvent, { kind: 'arrive' }>,
  shape: MailboxShape,
): void {
  slot[SLOT.detail] = RESULTS.indexOf(event.result) + 1;
  [slot[SLOT.weightGrams], slot[SLOT.weightGrams + 1]] = splitNumber(event.weightGrams, shape);
  let text = '';
  for (const code of event.codes) {
    const longer = text === '' ? code : text + CODE_SEPARATOR + code;
    if (longer.length > shape.codeRegisters * 2) break;
    text = longer;
  }
  slot[SLOT.codeBytes] = text.length;
  for (let i = 0; i < text.length; i++) {
    slot[SLOT.codes + (i >> 1)]! |= (text.charCodeAt(i) & 0xff) << (i % 2 === 0 ? 8 : 0);
  }
}

/** The event with this sequence, if it stands in its slot; an error text for a slot that holds nonsense. */
export function decodeEvent(
  registers: readonly number[],
  sequence: number,
  shape: MailboxShape,
): MailboxEvent | { kind: 'nonsense'; what: string } | null {
  const from = slotOffset(shape, sequence);
  const slot = registers.slice(from, from + slotSize(shape));
  if (slot[slot.length - 1] !== sequence) return null;
  const common = {
    sequence,
    point: slot[SLOT.point]!,
    trackId: joinNumber(slot[SLOT.trackId]!, slot[SLOT.trackId + 1]!, shape),
  };
  const reason = REASONS[slot[SLOT.reason]!] ?? `reason ${slot[SLOT.reason]}`;
  if (slot[SLOT.kind] === EVENT.confirm) {
    return { kind: 'confirm', ...common, actual: slot[SLOT.detail]!, planned: slot[SLOT.planned]!, reason };
  }
  if (slot[SLOT.kind] === EVENT.lost) return { kind: 'lost', ...common, reason };
  if (slot[SLOT.kind] !== EVENT.arrive) return { kind: 'nonsense', what: `event kind ${slot[SLOT.kind]}` };
  const result = RESULTS[slot[SLOT.detail]! - 1];
  if (!result) return { kind: 'nonsense', what: `result ${slot[SLOT.detail]}` };
  const weightGrams = joinNumber(slot[SLOT.weightGrams]!, slot[SLOT.weightGrams + 1]!, shape);
  return { kind: 'arrive', ...common, result, codes: decodeCodes(slot, shape), weightGrams };
}

function decodeCodes(slot: readonly number[], shape: MailboxShape): string[] {
  const length = Math.min(slot[SLOT.codeBytes]!, shape.codeRegisters * 2);
  let text = '';
  for (let i = 0; i < length; i++) {
    const register = slot[SLOT.codes + (i >> 1)]!;
    text += String.fromCharCode(i % 2 === 0 ? register >> 8 : register & 0xff);
  }
  return text === '' ? [] : text.split(CODE_SEPARATOR);
}
