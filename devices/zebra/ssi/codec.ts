import type { CommandArgs, Reading } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  concatBytes,
  type Effect,
  effect,
  type FramerState,
  fault,
  foldSteps,
  resync,
  SCAN_MAX_BYTES,
  type Step,
  scannedCode,
  toHex,
  toText,
} from '#lib/device-kit';
import {
  decodePacket,
  encodePacket,
  NAK_CAUSE,
  NAK_RESEND,
  OPCODE,
  type Packet,
  packetFramer,
  SOURCE,
  STATUS,
} from './packet.js';

/**
 * A scanner that keeps each decode until the host acknowledges it: the acknowledgement leaves when the reading is stored, and a
 * packet that is sent again is acknowledged again but read once.
 */
export interface SsiConfig {
  aim: 'auto' | 'required';
  answerMs: number;
}

export interface SsiState {
  config: SsiConfig;
  framing: FramerState;
  /** The last decode that became a reading (or a fault), as hex: what a resent packet is compared with. */
  last: string;
  /** Packets of a decode that continues. */
  partial: Uint8Array | null;
  phase: 'identifying' | 'idle' | 'asking' | 'commanding';
}

const PACKETS = packetFramer(SOURCE.decoder);
/** A decoder sends a packet in one go; its own limit for the host's answer is 2 s. */
const TRUNCATED_MS = 300;
/** After damage the line is left to calm down, then the packet is asked for again. */
const NAK_AFTER_MS = 60;
const RETRY_MS = 5_000;

export const codec: Codec<SsiConfig, SsiState> = {
  open(config) {
    const state: SsiState = {
      config,
      framing: PACKETS.empty,
      last: '',
      partial: null,
      phase: 'identifying',
    };
    return identify(state, [effect.discardInput()]);
  },

  onData(state, chunk) {
    const framed = PACKETS.push(state.framing, chunk);
    const step = foldSteps({ ...state, framing: framed.state }, framed.frames, hear);
    const waits = framed.state.buffer.length > 0;
    step.effects.push(waits ? effect.startTimer('packet', TRUNCATED_MS) : effect.stopTimer('packet'));
    if (framed.droppedAfter > 0) step.effects.push(effect.startTimer('damaged', NAK_AFTER_MS));
    else if (framed.frames.length > 0) step.effects.push(effect.stopTimer('damaged'));
    return step;
  },

  onTimer(state, name) {
    if (name === COMMAND_LIMIT) {
      const next: SsiState = { ...state, phase: 'idle' };
      return { state: next, effects: [effect.failed('the scanner did not answer')] };
    }
    if (name === 'packet') {
      const readings = [fault('ssi.truncated', 'a packet without its end', toHex(state.framing.buffer))];
      const found = resync(PACKETS, state.framing);
      const step = foldSteps({ ...state, framing: found.state }, found.frames, hear);
      step.readings.unshift(...readings);
      if (found.frames.length === 0) step.effects.push(nak());
      return step;
    }
    if (name === 'damaged') {
      return { state, readings: [fault('ssi.damaged', 'bytes that are no packet')], effects: [nak()] };
    }
    if (name === 'retry') return state.phase === 'identifying' ? identify(state) : { state };
    const reason = 'the scanner does not answer: cable, baud rate, or not set to SSI';
    return { state, effects: [effect.degraded(reason), effect.startTimer('retry', RETRY_MS)] };
  },

  onCommand(state, order) {
    if (order.op === 'beep')
      return tell({ ...state, phase: 'commanding' }, OPCODE.beep, BEEPS[order.args.pattern]);
    if (order.op === 'trigger') return tell({ ...state, phase: 'commanding' }, OPCODE.startSession);
    if (order.op === 'status') return tell({ ...state, phase: 'asking' }, OPCODE.requestRevision);
    return { state, effects: [effect.failed(`this scanner can't ${order.op}`)] };
  },
};

/** Beep codes (guide, "BEEP"): one short high; one long low; two short high. */
const BEEPS: Record<CommandArgs['beep']['pattern'], number> = { good: 0x00, wrong: 0x0f, done: 0x01 };

function packet(opcode: number, ...data: number[]): Effect {
  return effect.write(encodePacket(SOURCE.host, { opcode, status: 0, data: Uint8Array.from(data) }));
}

const ack = (): Effect => packet(OPCODE.ack);
const nak = (): Effect => packet(OPCODE.nak, NAK_RESEND);

function identify(state: SsiState, before: Effect[] = []): Step<SsiState> {
  const effects = [
    ...before,
    packet(OPCODE.requestRevision),
    effect.startTimer('identify', state.config.answerMs),
  ];
  return { state, effects };
}

function tell(state: SsiState, opcode: number, ...data: number[]): Step<SsiState> {
  return { state, effects: [packet(opcode, ...data)] };
}

function hear(state: SsiState, frame: Uint8Array): Step<SsiState> {
  const heard = decodePacket(frame);
  const present = here(state);
  const next = hearPacket(present.state, heard, toHex(frame));
  return { ...next, effects: [...(present.effects ?? []), ...(next.effects ?? [])] };
}

/** Whatever it says, it is there. */
function here(state: SsiState): Step<SsiState> {
  if (state.phase !== 'identifying') return { state };
  const effects = [effect.stopTimer('identify'), effect.stopTimer('retry'), effect.ready()];
  return { state: { ...state, phase: 'idle' }, effects };
}

function hearPacket(state: SsiState, heard: Packet, rawHex: string): Step<SsiState> {
  if (heard.opcode === OPCODE.decodeData) return decoded(state, heard, rawHex);
  if (heard.opcode === OPCODE.ack || heard.opcode === OPCODE.nak) return answered(state, heard);
  if (heard.opcode === OPCODE.replyRevision) {
    const revision = toText(heard.data)
      .replace(/[^\x20-\x7e]/g, ' ')
      .trim()
      .slice(0, 80);
    const readings: Reading[] = [
      { kind: 'device.status', data: { code: 'identified', values: { revision } }, rawHex },
    ];
    const effects = state.phase === 'asking' ? [ack(), effect.done()] : [ack()];
    return { state: { ...state, phase: state.phase === 'asking' ? 'idle' : state.phase }, readings, effects };
  }
  // Events and parameters: heard, so that the scanner does not repeat them; nobody needs them here.
  return { state, effects: [ack()] };
}

function answered(state: SsiState, heard: Packet): Step<SsiState> {
  if (state.phase !== 'commanding') return { state };
  const idle: SsiState = { ...state, phase: 'idle' };
  if (heard.opcode === OPCODE.ack) return { state: idle, effects: [effect.done()] };
  const cause = heard.data[0] ?? 0;
  return { state: idle, effects: [effect.failed(NAK_CAUSE[cause] ?? `refused with cause ${cause}`)] };
}

/** The first byte of the data is the code type; the packets of a long code repeat it. */
function decoded(state: SsiState, heard: Packet, rawHex: string): Step<SsiState> {
  const body = rawHex.slice(8, -4);
  if ((heard.status & STATUS.resent) !== 0 && body === state.last) {
    return { state, effects: [effect.afterStored(ack())] };
  }
  const text = heard.data.subarray(1);
  const whole = state.partial ? concatBytes(state.partial, text) : text;
  if ((heard.status & STATUS.continues) !== 0 && whole.length <= SCAN_MAX_BYTES) {
    return { state: { ...state, last: body, partial: whole }, effects: [ack()] };
  }
  const reading = { ...readingOf(state.config, heard.data[0] ?? 0, whole), rawHex };
  return {
    state: { ...state, last: body, partial: null },
    readings: [reading],
    effects: [effect.afterStored(ack())],
  };
}

/** Code types that leave no doubt about the AIM identifier (guide, "DECODE_DATA", table of code types). */
const AIM_OF_TYPE: Record<number, string> = {
  1: ']A0',
  3: ']C0',
  11: ']E0',
  15: ']C1',
  48: ']e0',
  49: ']e0',
  50: ']e0',
};

function readingOf(config: SsiConfig, type: number, data: Uint8Array): Reading {
  const scanned = scannedCode(toText(data));
  if (scanned === null) {
    return fault('scanner.bad-characters', 'a code is empty or holds characters that no code may hold');
  }
  if (scanned.aim) return { kind: 'scan.read', data: scanned };
  const aim = AIM_OF_TYPE[type];
  if (aim) return { kind: 'scan.read', data: { ...scanned, aim } };
  if (config.aim === 'required') return fault('scanner.no-aim', 'the AIM identifier is missing');
  return { kind: 'scan.read', data: scanned };
}
