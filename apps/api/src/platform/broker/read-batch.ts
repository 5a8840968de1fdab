import { crc32 } from 'node:zlib';
import type { RecordKind, UplinkRecord } from '#lib/contracts';

/** A record as it came in: readable, or with the fault that lets it only be kept and refused. */
export type Candidate =
  | { seq: number; record: UplinkRecord; fault: null }
  | { seq: number; record: null; fault: string; device: string; kind: string; trace: string };

export interface ReadBatch {
  session: string;
  /** The agent's clock at sending, milliseconds since the epoch; null when it does not say. */
  sentAtMs: number | null;
  candidates: Candidate[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEX = /^(?:[0-9a-f]{2})*$/i;

/** Every kind that an agent may send, so that a misspelt one is refused instead of kept as if somebody had used it. */
const KINDS: Record<RecordKind, true> = {
  'scan.read': true,
  'scan.no-read': true,
  'scan.record': true,
  'weigh.stable': true,
  'weigh.unstable': true,
  'dimension.measured': true,
  'print.sent': true,
  'print.printed': true,
  'print.failed': true,
  'print.unknown': true,
  'point.seen': true,
  'point.confirmed': true,
  'point.lost': true,
  'lane.full': true,
  'lane.clear': true,
  'lane.jam': true,
  'light.pressed': true,
  'device.fault': true,
  'device.status': true,
  'point.decided': true,
  'command.outcome': true,
  'device.state': true,
};

/** Reads an `evt` message. Null when it is no batch at all (then nothing can be acknowledged or kept). */
export function readBatch(payload: Buffer, stream: string): ReadBatch | null {
  const parsed = parseObject(payload);
  if (!parsed || typeof parsed.session !== 'string' || !UUID.test(parsed.session)) return null;
  if (!Array.isArray(parsed.records)) return null;
  const candidates: Candidate[] = [];
  for (const raw of parsed.records as unknown[]) {
    const candidate = readRecord(raw, stream);
    // Without a sequence number nobody knows where it belongs; what follows it is a gap and is sent again.
    if (!candidate) break;
    candidates.push(candidate);
  }
  const sentAtMs = typeof parsed.sentAt === 'string' ? Date.parse(parsed.sentAt) : Number.NaN;
  return { session: parsed.session, sentAtMs: Number.isNaN(sentAtMs) ? null : sentAtMs, candidates };
}

function readRecord(raw: unknown, stream: string): Candidate | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const record = raw as Record<string, unknown>;
  const { seq } = record;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
  const fault = faultOf(record, stream);
  if (fault === null) return { seq, record: raw as UplinkRecord, fault };
  const text = (value: unknown) => (typeof value === 'string' ? printable(value) : 'unknown');
  return {
    seq,
    record: null,
    fault,
    device: text(record.device),
    kind: text(record.kind),
    trace: text(record.trace),
  };
}

function faultOf(record: Record<string, unknown>, stream: string): string | null {
  const { crc, ...body } = record;
  const text = JSON.stringify(body);
  if (crc32(text).toString(16).padStart(8, '0') !== crc) return 'checksum: the record was altered on its way';
  if (record.stream !== stream) return 'stream: the record belongs to another stream';
  if (typeof record.id !== 'string' || !UUID.test(record.id)) return 'id: no UUID';
  if (typeof record.kind !== 'string' || !Object.hasOwn(KINDS, record.kind)) return 'kind: not known here';
  if (typeof record.device !== 'string' || record.device.length > 64) return 'device: no device code';
  if (typeof record.at !== 'string' || Number.isNaN(Date.parse(record.at))) return 'at: no time';
  if (typeof record.trace !== 'string' || !/^[0-9a-f]{32}$/.test(record.trace))
    return 'trace: not 32 hex digits';
  if (record.rawHex !== undefined && !(typeof record.rawHex === 'string' && HEX.test(record.rawHex))) {
    return 'rawHex: not hex';
  }
  if (typeof record.data !== 'object' || record.data === null) return 'data: no object';
  // PostgreSQL can hold every character but this one.
  if (text.includes('\\u0000')) return 'data: a NUL character';
  return null;
}

/** What may be kept of a text that nobody vouches for. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64);
}

/** A JSON object, or null for anything else. */
export function parseObject(payload: Buffer): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(payload.toString('utf8'));
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
