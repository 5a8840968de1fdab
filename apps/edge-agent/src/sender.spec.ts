import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterAck,
  afterAppend,
  afterConnect,
  afterSend,
  afterSilence,
  newSender,
  nextBatch,
  type SenderState,
} from './sender.js';

/** Sends whatever the window allows. */
function sendAll(state: SenderState, nowMs = 0): { state: SenderState; batches: [number, number][] } {
  const batches: [number, number][] = [];
  let current = state;
  for (let batch = nextBatch(current); batch; batch = nextBatch(current)) {
    batches.push([batch.from, batch.to]);
    current = afterSend(current, batch.to, nowMs);
  }
  return { state: current, batches };
}

describe('the window', () => {
  it('sends batches of 64 until 256 are in flight', () => {
    expect(sendAll(newSender(0, 1000)).batches).toEqual([
      [1, 64],
      [65, 128],
      [129, 192],
      [193, 256],
    ]);
  });

  it('moves on with each acknowledgement', () => {
    const { state } = sendAll(newSender(0, 1000));
    const acked = afterAck(state, 64, 5);
    expect(acked.effect).toBe('progress');
    expect(sendAll(acked.state).batches).toEqual([[257, 320]]);
  });

  it('sends a new record at once when nothing is in flight, else gathers until the acknowledgement', () => {
    const { state } = sendAll(newSender(7, 9));
    expect(nextBatch(state)).toBeNull();
    const gathered = afterAppend(afterAppend(state, 10), 14);
    expect(nextBatch(gathered)).toBeNull();
    expect(nextBatch(afterAck(gathered, 9, 5).state)).toEqual({ from: 10, to: 14 });
    expect(nextBatch(afterAppend(gathered, 9 + 64))).toEqual({ from: 10, to: 73 });
  });
});

describe('going back', () => {
  const inFlight = sendAll(newSender(10, 100), 1_000).state;

  it('goes back once on a repeated acknowledgement, not once per echo', () => {
    const first = afterAck(inFlight, 10, 1_100);
    expect(first.effect).toBe('went-back');
    const resent = sendAll(first.state, 1_100).state;
    expect(afterAck(resent, 10, 1_110).effect).toBe('ignored');
  });

  it('ignores a repeated acknowledgement when nothing is in flight', () => {
    expect(afterAck(newSender(10, 100), 10, 0).effect).toBe('ignored');
  });

  it('feeds a restored core again from where it stands', () => {
    const rewound = afterAck(inFlight, 3, 1_100);
    expect(rewound.effect).toBe('rewound');
    expect(nextBatch(rewound.state)).toEqual({ from: 4, to: 67 });
  });

  it('says so where the core knows more than this disk', () => {
    expect(afterAck(inFlight, 500, 1_100)).toEqual({ state: inFlight, effect: 'ahead' });
  });

  it('sends everything in flight again on a new connection', () => {
    expect(nextBatch(afterConnect(inFlight, 9_000))).toEqual({ from: 11, to: 74 });
  });

  it.each([
    ['after a second', { silences: 0, jitter: 0, dueMs: 1_000 }],
    ['after eight seconds at the most', { silences: 9, jitter: 0, dueMs: 8_000 }],
    ['half as long again with the greatest jitter', { silences: 0, jitter: 1, dueMs: 1_500 }],
  ])('resends on silence %s', (_name, { silences, jitter, dueMs }) => {
    const waiting = { ...inFlight, silences };
    expect(afterSilence(waiting, 1_000 + dueMs - 1, jitter)).toBe(waiting);
    expect(nextBatch(afterSilence(waiting, 1_000 + dueMs, jitter))).toEqual({ from: 11, to: 74 });
  });

  it('never goes back when nothing is in flight', () => {
    const idle = newSender(10, 10);
    expect(afterSilence(idle, 1e9, 0)).toBe(idle);
  });
});

/** The receiver's rule: only the next sequence is taken; the answer is always the last one taken. */
class Receiver {
  taken = 0;
  receive(from: number, to: number): number {
    if (from <= this.taken + 1) this.taken = Math.max(this.taken, to);
    return this.taken;
  }
}

type Weather = 'calm' | 'batch-lost' | 'ack-lost' | 'reconnect' | 'append' | 'duplicate-ack' | 'wait';

describe('laws', () => {
  const weather = fc.constantFrom<Weather>(
    'calm',
    'calm',
    'batch-lost',
    'ack-lost',
    'reconnect',
    'append',
    'duplicate-ack',
    'wait',
  );

  it('never has more than the window in flight, and delivers everything once the weather is calm', () => {
    fc.assert(
      fc.property(fc.array(weather, { maxLength: 200 }), fc.nat(700), (days, records) => {
        const core = new Receiver();
        let nowMs = 0;
        let state = newSender(0, records);
        const play = (day: Weather) => {
          nowMs += day === 'wait' ? 2_000 : 10;
          if (day === 'append') state = afterAppend(state, state.head + 30);
          if (day === 'reconnect') state = afterConnect(state, nowMs);
          if (day === 'duplicate-ack') state = afterAck(state, state.acked, nowMs).state;
          state = afterSilence(state, nowMs, 0.5);
          const batch = nextBatch(state);
          if (!batch) return;
          state = afterSend(state, batch.to, nowMs);
          expect(batch.to - state.acked).toBeLessThanOrEqual(256);
          expect(batch.to - batch.from).toBeLessThan(64);
          if (day === 'batch-lost') return;
          const seq = core.receive(batch.from, batch.to);
          if (day !== 'ack-lost') state = afterAck(state, seq, nowMs).state;
        };
        days.forEach(play);
        for (let turn = 0; turn < 1_000 && state.acked < state.head; turn += 1)
          play(turn % 20 ? 'calm' : 'wait');
        expect(state.acked).toBe(state.head);
        expect(core.taken).toBe(state.head);
      }),
      { numRuns: 200 },
    );
  });
});
