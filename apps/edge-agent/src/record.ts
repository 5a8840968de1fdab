import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { v7 as uuidV7 } from 'uuid';
import type { RecordKind, UplinkRecord } from '#lib/contracts';

/** What the agent wants to keep for ever: a reading, a decision or an outcome of one device. */
export type Entry = {
  [K in RecordKind]: Pick<Extract<UplinkRecord, { kind: K }>, 'kind' | 'data'> & {
    device: string;
    rawHex?: string;
    trace?: string;
    /** The driver's simulator said it. */
    simulated?: true;
    /** When its bytes came in; by default the moment it is appended. */
    time?: RecordTime;
  };
}[RecordKind];

export type RecordTime = Pick<UplinkRecord, 'at' | 'monotonicMs'>;

/** An entry with its identity and times, waiting for its place in a stream. */
export type StampedEntry = Entry & Pick<UplinkRecord, 'id' | 'at' | 'monotonicMs' | 'trace'>;

/** A record as it is kept and sent. `text` is its JSON; it ends in the checksum. */
export interface SealedRecord {
  seq: number;
  at: string;
  text: string;
}

export function newTrace(): string {
  return randomBytes(16).toString('hex');
}

export function stamp(entry: Entry): StampedEntry {
  return {
    ...entry,
    id: uuidV7(),
    at: entry.time?.at ?? new Date().toISOString(),
    monotonicMs: Math.round((entry.time?.monotonicMs ?? performance.now()) * 1000) / 1000,
    trace: entry.trace ?? newTrace(),
  };
}

/** Gives a stamped entry its place. The checksum covers the JSON before it, byte for byte, so it is put last. */
export function seal(entry: StampedEntry, stream: string, seq: number): SealedRecord {
  const { id, kind, device, at, monotonicMs: monotonic, rawHex, data, trace, simulated } = entry;
  const body = JSON.stringify({
    stream,
    seq,
    id,
    kind,
    device,
    at,
    monotonicMs: monotonic,
    rawHex,
    data,
    simulated,
    trace,
  });
  return { seq, at, text: `${body.slice(0, -1)},"crc":"${crcHex(body)}"}` };
}

/** The record behind a stored text, or null where the text is torn or altered. */
export function unseal(text: string): UplinkRecord | null {
  let parsed: UplinkRecord;
  try {
    parsed = JSON.parse(text) as UplinkRecord;
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { crc, ...body } = parsed;
  return crcHex(JSON.stringify(body)) === crc ? parsed : null;
}

function crcHex(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
