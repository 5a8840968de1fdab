import { CR, concatBytes, LF, TAB } from './bytes.js';

/**
 * Framers cut a byte stream into frames. Each is a pure function of (state, chunk); the state holds at most `maxBytes` and
 * the result is the same however the stream was chopped. `dropped` counts the bytes that belonged to no frame.
 */
export interface FramerState {
  readonly buffer: Uint8Array;
  /** True while the rest of an overlong frame is thrown away. */
  readonly skipping: boolean;
}

export interface Framed {
  state: FramerState;
  frames: Uint8Array[];
  dropped: number;
  /** Those of the dropped bytes that came after the last frame: damage that no frame has followed yet. */
  droppedAfter: number;
}

export interface Framer {
  readonly empty: FramerState;
  push(state: FramerState, chunk: Uint8Array): Framed;
}

const EMPTY: FramerState = { buffer: new Uint8Array(0), skipping: false };

/**
 * Frames that end with any of `ends` (bytes). The end byte is not part of the frame; empty frames (the LF of a CRLF) are
 * left out. A frame longer than `maxBytes` is dropped up to its end byte.
 */
export function delimited(options: { ends: number[]; maxBytes: number }): Framer {
  const ends = new Set(options.ends);
  return {
    empty: EMPTY,
    push(state, chunk) {
      const frames: Uint8Array[] = [];
      let { skipping } = state;
      let held = state.buffer;
      let from = 0;
      let dropped = 0;
      let droppedBefore = 0;
      for (let i = 0; i <= chunk.length; i++) {
        const atEnd = i < chunk.length && ends.has(chunk[i]!);
        if (!atEnd && i < chunk.length) continue;
        const length = held.length + i - from;
        if (skipping || length > options.maxBytes) {
          dropped += length;
          skipping = !atEnd;
          held = EMPTY.buffer;
        } else if (atEnd) {
          if (length > 0) {
            frames.push(concatBytes(held, chunk.subarray(from, i)));
            droppedBefore = dropped;
          }
          held = EMPTY.buffer;
        } else {
          held = concatBytes(held, chunk.subarray(from, i));
        }
        from = i + 1;
      }
      const droppedAfter = dropped - droppedBefore;
      return { state: { buffer: held, skipping }, frames, dropped, droppedAfter };
    },
  };
}

/** Line ends by the name used in driver configs. CR, LF and CRLF are one: devices are often set to another than they claim. */
export function lineEnds(name: 'cr' | 'lf' | 'crlf' | 'tab'): number[] {
  return name === 'tab' ? [TAB] : [CR, LF];
}

/**
 * Frames between `start` and `end` (the marks are not part of the frame). Bytes outside are dropped; a second start inside
 * a frame begins it anew, so that a truncated frame never joins the next one.
 */
export function enclosed(options: { start: number; end: number; maxBytes: number }): Framer {
  const { start, end, maxBytes } = options;
  return {
    empty: EMPTY,
    push(state, chunk) {
      const frames: Uint8Array[] = [];
      const data = state.buffer.length > 0 ? concatBytes(state.buffer, chunk) : chunk;
      let open = state.buffer.length > 0 ? 0 : -1;
      let dropped = 0;
      let droppedBefore = 0;
      for (let i = state.buffer.length; i < data.length; i++) {
        const byte = data[i]!;
        if (byte === start) {
          if (open >= 0) dropped += i - open;
          open = i;
        } else if (open < 0) {
          dropped++;
        } else if (byte === end) {
          frames.push(data.slice(open + 1, i));
          droppedBefore = dropped;
          open = -1;
        } else if (i - open > maxBytes) {
          dropped += i - open + 1;
          open = -1;
        }
      }
      return {
        state: { buffer: open < 0 ? EMPTY.buffer : data.slice(open), skipping: false },
        frames,
        dropped,
        droppedAfter: dropped - droppedBefore,
      };
    },
  };
}

/** What stands at a position of the buffer: a frame of `take` bytes, not a frame, or not enough bytes to tell. */
export type Match = { take: number } | 'no' | 'more';

/**
 * Frames recognised by looking (length prefix, checksum, fixed length): `match` judges the buffer from `at`. Where it says
 * no, one byte is dropped and it looks again, so a wrong length or checksum costs at most the damaged frame.
 * The frame includes its head and checksum. A match that needs more than `maxBytes` is a no.
 */
export function matched(match: (data: Uint8Array, at: number) => Match, maxBytes: number): Framer {
  return {
    empty: EMPTY,
    push(state, chunk) {
      const frames: Uint8Array[] = [];
      const data = state.buffer.length > 0 ? concatBytes(state.buffer, chunk) : chunk;
      let at = 0;
      let dropped = 0;
      let droppedBefore = 0;
      while (at < data.length) {
        const found = match(data, at);
        if (found === 'more' && data.length - at < maxBytes) break;
        if (typeof found === 'object' && found.take > 0 && found.take <= maxBytes) {
          if (at + found.take > data.length) break;
          frames.push(data.slice(at, at + found.take));
          droppedBefore = dropped;
          at += found.take;
        } else {
          at++;
          dropped++;
        }
      }
      const droppedAfter = dropped - droppedBefore;
      return { state: { buffer: data.slice(at), skipping: false }, frames, dropped, droppedAfter };
    },
  };
}

/**
 * The line has been idle while the framer waited for more: what stands first is no frame. Looks on behind it, byte by byte, for the whole
 * frames that it would have swallowed; what is left at the end is dropped.
 */
export function resync(framer: Framer, state: FramerState): Framed {
  const frames: Uint8Array[] = [];
  let dropped = 0;
  let droppedBefore = 0;
  for (let held = state.buffer; held.length > 0; ) {
    const next = framer.push({ buffer: held.slice(1), skipping: false }, EMPTY.buffer);
    dropped += 1 + next.dropped - next.droppedAfter;
    if (next.frames.length > 0) droppedBefore = dropped;
    dropped += next.droppedAfter;
    frames.push(...next.frames);
    held = next.state.buffer;
  }
  return { state: framer.empty, frames, dropped, droppedAfter: dropped - droppedBefore };
}

/** Frames with no end mark: the codec calls `flush` when the line has been idle (an idle timer). The last resort. */
export function idleGap(options: { maxBytes: number }): Framer & { flush(state: FramerState): Framed } {
  return {
    empty: EMPTY,
    push(state, chunk) {
      const room = Math.max(0, options.maxBytes - state.buffer.length);
      const over = state.skipping || chunk.length > room;
      if (over) {
        const dropped = state.buffer.length + chunk.length;
        return {
          state: { buffer: EMPTY.buffer, skipping: true },
          frames: [],
          dropped,
          droppedAfter: dropped,
        };
      }
      const buffer = concatBytes(state.buffer, chunk);
      return { state: { buffer, skipping: false }, frames: [], dropped: 0, droppedAfter: 0 };
    },
    flush(state) {
      const frames = state.skipping || state.buffer.length === 0 ? [] : [state.buffer];
      return { state: EMPTY, frames, dropped: 0, droppedAfter: 0 };
    },
  };
}
