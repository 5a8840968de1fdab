import { UPLINK_BATCH_MAX, UPLINK_WINDOW } from '#lib/contracts';

/**
 * Go-back-N for one stream, as a pure state machine: what may be sent next, and what an acknowledgement, its absence or a
 * new connection changes. Sequences are 1, 2, 3 ...; the receiver takes only the next one and acknowledges cumulatively.
 */
export interface SenderState {
  /** The last record that is durable here. */
  head: number;
  /** The last record that the core has committed. */
  acked: number;
  /** The next record to send; those between `acked` and it are in flight. */
  next: number;
  /** When the core last got on, or a first record went out after a rest. Monotonic milliseconds. */
  progressAtMs: number;
  /** Resends in a row without progress. */
  silences: number;
  /** The acknowledgement at which the sender has gone back already, so that an echo per batch doesn't send all again. */
  wentBackAt: number | null;
}

export type AckEffect = 'progress' | 'went-back' | 'ignored' | 'rewound' | 'ahead';

const RESEND_AFTER_MS = 1_000;
const RESEND_AFTER_MAX_MS = 8_000;

export function newSender(acked: number, head: number): SenderState {
  return { head, acked, next: acked + 1, progressAtMs: 0, silences: 0, wentBackAt: null };
}

/**
 * The next batch that fits the window, or null. Bounds included. While something is in flight only full batches follow it: what comes in
 * meanwhile is gathered until the acknowledgement, so that the core takes the more records at once the longer it needs, and a core
 * that keeps up gets each record at once.
 */
export function nextBatch(state: SenderState): { from: number; to: number } | null {
  const last = Math.min(state.head, state.acked + UPLINK_WINDOW, state.next + UPLINK_BATCH_MAX - 1);
  if (last < state.next) return null;
  const inFlight = state.next > state.acked + 1;
  const full = last === state.next + UPLINK_BATCH_MAX - 1;
  return inFlight && !full ? null : { from: state.next, to: last };
}

/** Records that were sent and are not acknowledged. */
export function inFlight({ acked, next }: SenderState): number {
  return next - 1 - acked;
}

/** True where all that the core lacks is one batch: somebody may be waiting for it now. */
export function isPresent({ acked, head }: SenderState): boolean {
  return head - acked <= UPLINK_BATCH_MAX;
}

export function afterSend(state: SenderState, to: number, nowMs: number): SenderState {
  const rested = state.next === state.acked + 1 && state.silences === 0;
  return { ...state, next: to + 1, progressAtMs: rested ? nowMs : state.progressAtMs };
}

export function afterAppend(state: SenderState, head: number): SenderState {
  return { ...state, head: Math.max(state.head, head) };
}

/** A new connection: nothing is in flight any more. */
export function afterConnect(state: SenderState, nowMs: number): SenderState {
  return { ...state, next: state.acked + 1, progressAtMs: nowMs, silences: 0, wentBackAt: null };
}

/**
 * `ahead` means that the core has committed what this agent doesn't know (a copy of its disk has sent it, or its disk lost records after
 * a sync that was none): nothing may follow in this stream. `rewound` means a core that was restored from a backup: it is fed again.
 */
export function afterAck(
  state: SenderState,
  seq: number,
  nowMs: number,
): { state: SenderState; effect: AckEffect } {
  if (seq > state.head) return { state, effect: 'ahead' };
  if (seq > state.acked) {
    const next = Math.max(state.next, seq + 1);
    const moved = { ...state, acked: seq, next, progressAtMs: nowMs, silences: 0, wentBackAt: null };
    return { state: moved, effect: 'progress' };
  }
  if (seq < state.acked) {
    const rewound = { ...newSender(seq, state.head), progressAtMs: nowMs, wentBackAt: seq };
    return { state: rewound, effect: 'rewound' };
  }
  if (state.next === seq + 1 || state.wentBackAt === seq) return { state, effect: 'ignored' };
  return { state: { ...state, next: seq + 1, progressAtMs: nowMs, wentBackAt: seq }, effect: 'went-back' };
}

/**
 * Goes back when the core has been silent too long: after 1 s, then 2 s ... 8 s, stretched by up to a half by `jitter`
 * (0 to 1) so that many agents don't resend in step.
 */
export function afterSilence(state: SenderState, nowMs: number, jitter: number): SenderState {
  if (state.next === state.acked + 1) return state;
  const patienceMs = Math.min(RESEND_AFTER_MS * 2 ** state.silences, RESEND_AFTER_MAX_MS) * (1 + jitter / 2);
  if (nowMs - state.progressAtMs < patienceMs) return state;
  return {
    ...state,
    next: state.acked + 1,
    progressAtMs: nowMs,
    silences: Math.min(state.silences + 1, 10),
    wentBackAt: null,
  };
}
