import { parse } from 'yaml';
import { type DeviceOrder, type Reading } from '#lib/contracts';
import { toBytes } from '../bytes.js';
import { checkConfig, type JsonSchema } from '../config.js';
import type { ModbusAnswer } from '../driver.js';

/** A recorded or written conversation: what came in, step by step, and exactly what the driver must make of it. */
export interface Transcript {
  file: string;
  title: string;
  class: 'nominal' | 'error' | 'truncated' | 'noise';
  config: Record<string, unknown>;
  /** Where the conversation comes from: "recorded from ...", or the page of a manual. */
  source?: string;
  /** Devices without an end mark: garbage is told apart only by a pause of this length after it. */
  pauseMs?: number;
  steps: TranscriptStep[];
}

export type TranscriptInput =
  | { in: 'open' }
  | { in: 'bytes'; bytes: Uint8Array }
  | { in: 'message'; payload: Uint8Array }
  | { in: 'answer'; answer: ModbusAnswer }
  | { in: 'command'; order: DeviceOrder }
  | { in: 'wait'; ms: number }
  | { in: 'unplug' };

/** What must follow a step; what is not named must not happen. */
export interface Expected {
  readings: Omit<Reading, 'rawHex'>[];
  /** Bytes written, joined. */
  writes: Uint8Array;
  published: { leaf: string; message: unknown }[];
  requests: Record<string, unknown>[];
  outcome: string | null;
  /** The last device state reported in the step. */
  state: string | null;
}

export interface TranscriptStep {
  input: TranscriptInput;
  expected: Expected;
}

const text = { type: 'string' };
const STEP_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    open: { const: true },
    unplug: { const: true },
    device: text,
    deviceHex: text,
    message: {},
    answer: {
      type: 'object',
      additionalProperties: false,
      required: ['tag'],
      properties: {
        tag: text,
        refused: text,
        size: { type: 'integer', minimum: 0, maximum: 125 },
        at: { type: 'object', additionalProperties: { type: 'array', items: { type: 'integer' } } },
      },
    },
    command: { type: 'object', required: ['op'], properties: { op: text, args: { type: 'object' } } },
    wait: { type: 'number', minimum: 0 },
    readings: { type: 'array', items: { type: 'object', required: ['kind', 'data'] } },
    writes: text,
    published: { type: 'array', items: { type: 'object' } },
    requests: { type: 'array', items: { type: 'object' } },
    outcome: { enum: ['done', 'failed', 'unknown'] },
    state: { enum: ['ready', 'degraded'] },
  },
};

export const TRANSCRIPT_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['title', 'class', 'steps'],
  properties: {
    title: { type: 'string', minLength: 1 },
    class: { enum: ['nominal', 'error', 'truncated', 'noise'] },
    source: text,
    pauseMs: { type: 'integer', minimum: 1 },
    config: { type: 'object', default: {} },
    steps: { type: 'array', minItems: 2, items: STEP_SCHEMA },
  },
};

interface RawStep {
  open?: true;
  unplug?: true;
  device?: string;
  deviceHex?: string;
  message?: unknown;
  answer?: { tag: string; refused?: string; size?: number; at?: Record<string, number[]> };
  command?: { op: string; args?: Record<string, unknown> };
  wait?: number;
  readings?: Omit<Reading, 'rawHex'>[];
  writes?: string;
  published?: { leaf?: string; message: unknown }[];
  requests?: Record<string, unknown>[];
  outcome?: string;
  state?: string;
}

/** Reads a transcript. Throws an Error that names the file and the field. */
export function parseTranscript(file: string, source: string): Transcript {
  let raw: unknown;
  try {
    raw = parse(source);
  } catch (error) {
    throw new Error(`${file}: not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  type Raw = Omit<Transcript, 'steps' | 'file'> & { steps: RawStep[] };
  const check = checkConfig<Raw>(TRANSCRIPT_SCHEMA, raw);
  if (!check.ok) throw new Error(`${file}: ${check.errors.join('; ')}`);
  const steps = check.config.steps.map((step, i) => ({
    input: inputOf(step, `${file}: step ${i + 1}`),
    expected: expectedOf(step),
  }));
  if (steps[0]!.input.in !== 'open') throw new Error(`${file}: step 1 must be "open: true"`);
  return { ...check.config, file, steps };
}

function inputOf(step: RawStep, where: string): TranscriptInput {
  const inputs: TranscriptInput[] = [];
  if (step.open) inputs.push({ in: 'open' });
  if (step.unplug) inputs.push({ in: 'unplug' });
  if (step.device !== undefined) inputs.push({ in: 'bytes', bytes: toBytes(step.device) });
  if (step.deviceHex !== undefined)
    inputs.push({ in: 'bytes', bytes: Buffer.from(step.deviceHex.replace(/\s/g, ''), 'hex') });
  if (step.message !== undefined) inputs.push({ in: 'message', payload: payloadOf(step.message) });
  if (step.answer) inputs.push({ in: 'answer', answer: answerOf(step.answer) });
  if (step.command) {
    inputs.push({
      in: 'command',
      order: { op: step.command.op, args: step.command.args ?? {} } as unknown as DeviceOrder,
    });
  }
  if (step.wait !== undefined) inputs.push({ in: 'wait', ms: step.wait });
  if (inputs.length !== 1)
    throw new Error(
      `${where}: give exactly one of open, device, deviceHex, message, answer, command, wait, unplug`,
    );
  return inputs[0]!;
}

/** Text stands for itself (so that broken JSON can be written); anything else is sent as JSON. */
function payloadOf(message: unknown): Uint8Array {
  return new TextEncoder().encode(typeof message === 'string' ? message : JSON.stringify(message));
}

/** Registers are given sparsely: `size` zeros, with runs of values `at` their offsets. */
function answerOf(answer: NonNullable<RawStep['answer']>): ModbusAnswer {
  const registers = new Array<number>(answer.size ?? 0).fill(0);
  for (const [at, values] of Object.entries(answer.at ?? {})) {
    for (const [i, value] of values.entries()) registers[Number(at) + i] = value;
  }
  return { tag: answer.tag, registers, ...(answer.refused === undefined ? {} : { refused: answer.refused }) };
}

function expectedOf(step: RawStep): Expected {
  return {
    readings: step.readings ?? [],
    writes: toBytes(step.writes ?? ''),
    published: (step.published ?? []).map((each) => ({ leaf: each.leaf ?? 'down', message: each.message })),
    requests: step.requests ?? [],
    outcome: step.outcome ?? null,
    state: step.state ?? null,
  };
}
