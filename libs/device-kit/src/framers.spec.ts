import fc from 'fast-check';
import { concatBytes, ETX, STX, toBytes, toText } from './bytes.js';
import { delimited, enclosed, type Framer, idleGap, lineEnds, matched, resync } from './framers.js';

const lines = delimited({ ends: lineEnds('crlf'), maxBytes: 16 });
const marked = enclosed({ start: STX, end: ETX, maxBytes: 16 });
/** Length, payload, sum. */
const prefixed = matched((data, at) => {
  const length = data[at]!;
  if (length === 0 || length > 8) return 'no';
  if (data.length - at < length + 2) return 'more';
  const sum = data.subarray(at + 1, at + 1 + length).reduce((total, byte) => total + byte, 0) & 0xff;
  return sum === data[at + 1 + length] ? { take: length + 2 } : 'no';
}, 16);

function cut(framer: Framer, chunks: Uint8Array[]): { frames: string[]; dropped: number; held: number } {
  let state = framer.empty;
  let dropped = 0;
  let held = 0;
  const frames: string[] = [];
  for (const chunk of chunks) {
    const framed = framer.push(state, chunk);
    state = framed.state;
    dropped += framed.dropped;
    held = Math.max(held, state.buffer.length);
    frames.push(...framed.frames.map(toText));
  }
  return { frames, dropped, held };
}

describe.each([
  ['delimited', lines],
  ['enclosed', marked],
  ['matched', prefixed],
])('%s frames', (_name, framer) => {
  const interesting = fc.oneof(
    fc.constantFrom(0x02, 0x03, 0x0d, 0x0a, 1, 2, 3),
    fc.integer({ min: 0, max: 255 }),
  );
  const streams = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

  test('do not depend on how the stream was chopped, and the buffer stays bounded', () => {
    fc.assert(
      fc.property(streams, fc.array(interesting, { maxLength: 200 }), (chunks, extra) => {
        const all = concatBytes(...chunks, Uint8Array.from(extra));
        const whole = cut(framer, [all]);
        const single = cut(
          framer,
          Array.from(all, (byte) => Uint8Array.of(byte)),
        );
        expect(single.frames).toEqual(whole.frames);
        expect(single.dropped).toBe(whole.dropped);
        expect(single.held).toBeLessThanOrEqual(17);
      }),
    );
  });
});

test('an overlong line is dropped up to its end and the next one is read', () => {
  const { frames, dropped } = cut(lines, [toBytes(`${'x'.repeat(40)}\r\ngood\r\n`)]);
  expect(frames).toEqual(['good']);
  expect(dropped).toBe(40);
});

test('a second start begins the frame anew', () => {
  expect(cut(marked, [toBytes('junk\x02half\x02whole\x03')]).frames).toEqual(['whole']);
});

test('a damaged frame costs itself only', () => {
  const good = Uint8Array.of(2, 10, 20, 30);
  const bad = Uint8Array.of(2, 10, 20, 31);
  expect(cut(prefixed, [concatBytes(good, bad, good)]).frames).toHaveLength(2);
});

test('an idle gap ends a frame; too much without a gap is dropped as a whole', () => {
  const framer = idleGap({ maxBytes: 4 });
  const short = framer.push(framer.empty, toBytes('ab'));
  expect(framer.flush(short.state).frames.map(toText)).toEqual(['ab']);
  const long = framer.push(short.state, toBytes('cdef'));
  expect(long.dropped).toBe(6);
  expect(framer.flush(long.state).frames).toEqual([]);
});

test('resync finds the whole frames that half a frame would have swallowed, and holds nothing', () => {
  const frame = (text: string) => {
    const bytes = toBytes(text);
    const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
    return concatBytes(Uint8Array.of(bytes.length), bytes, Uint8Array.of(sum));
  };
  const { state, frames } = prefixed.push(prefixed.empty, concatBytes(Uint8Array.of(8, 65), frame('AB')));
  expect(frames).toEqual([]);
  const found = resync(prefixed, state);
  expect(found.frames.map((each) => toText(each.subarray(1, -1)))).toEqual(['AB']);
  expect(found).toMatchObject({ state: prefixed.empty, dropped: 2, droppedAfter: 0 });

  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 15 }), (bytes) => {
      const held = prefixed.push(prefixed.empty, bytes).state;
      const all = resync(prefixed, held);
      const taken = all.frames.reduce((sum, each) => sum + each.length, 0);
      expect(taken + all.dropped).toBe(held.buffer.length);
    }),
  );
});
