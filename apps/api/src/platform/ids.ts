import { randomFillSync } from 'node:crypto';

/** Random bytes are fetched for so many ids at once: one call for each costs more than all the rest. */
const POOL_IDS = 512;
const TAIL_BYTES = 6;
const TAIL_DIGITS = 2 * TAIL_BYTES;
const SEQUENCE_END = 2 ** 32;

const pool = Buffer.alloc(POOL_IDS * TAIL_BYTES);
let tails = '';
let used = 0;
let lastMs = 0;
let sequence = 0;

/**
 * A UUID v7 (RFC 9562): made here, not by the database, and in order of time so that indexes grow at one end. Those of one millisecond
 * are in the order in which they were made: a counter of 32 bits, which starts anywhere in the lower half, takes the places after the time.
 */
export function newId(): string {
  const tail = nextTail();
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = Number.parseInt(nextTail().slice(0, 8), 16) >>> 1;
  } else if (++sequence === SEQUENCE_END) {
    lastMs += 1;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  // 12 bits of the counter after the version, 14 after the variant (binary 10), 6 in front of the random ones.
  const high = hex(0x7000 | (sequence >>> 20), 4);
  const middle = hex(0x8000 | ((sequence >>> 6) & 0x3fff), 4);
  const low = hex(((sequence & 0x3f) << 2) | (tail.charCodeAt(0) & 3), 2);
  return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${middle}-${low}${tail.slice(2)}`;
}

function nextTail(): string {
  if (used === tails.length) {
    tails = randomFillSync(pool).toString('hex');
    used = 0;
  }
  used += TAIL_DIGITS;
  return tails.slice(used - TAIL_DIGITS, used);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Stands for a world account (supplier, customer, scrap, adjustment), which has no row of its own. */
export const WORLD = '00000000-0000-0000-0000-000000000000';
