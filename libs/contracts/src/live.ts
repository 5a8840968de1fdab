import type { FrameBatch, RevisionOutcome } from './console.js';
import type { SorterView } from './http/sorter.js';
import type { BoardView } from './http/tower.js';
import type { WaveProgressView } from './http/waves.js';
import type { ReadingKind } from './readings.js';

/** socket.io. Every message is the event `live` with this envelope; versions rise per topic, a snapshot replaces what was there. */
export interface LiveMessage<T = unknown> {
  topic: string;
  version: number;
  at: string;
  data: T;
}

/** Namespaces. A socket signs in with the session cookie or `auth: { token }`; the server alone joins rooms. */
export const LIVE_NAMESPACES = { floor: '/floor', tower: '/tower', console: '/console' } as const;

/** `/floor`: what concerns one person and the station they stand at. */
export interface FloorLive {
  /** A scan by the station's (or the person's) serial scanner. */
  'floor.scan': { readingId: string; code: string; aim: string | null; device: string; at: string };
  /** A stable weight (`grams`) or the reason why there is none. */
  'floor.weight':
    | { readingId: string; grams: number; device: string; at: string }
    | { readingId: null; reason: string; device: string; at: string };
  /** The print of a parcel at this station changed. */
  'floor.print': { parcelId: string; printId: string; state: string; reason: string | null };
  /** A run or task of this person changed by somebody else's hand: ask again. */
  'floor.work-changed': { runId: string | null };
  /** The scanner at this station was lost or came back. */
  'floor.device': { device: string; kind: string; state: string; reason: string | null };
}

/** `/tower`. */
export interface TowerLive {
  board: BoardView;
  /** The conveyor, whole, at most once a second while somebody looks. */
  sorter: SorterView;
  /** A wave that is being planned came further, or its planning ended. */
  'tower.wave-progress': WaveProgressView;
  'tower.event': { type: string; text: string; orderId: string | null; parcelId: string | null; at: string };
}

/** `/console`. The client asks for a device's frames with `watch { device }` / `unwatch { device }`. */
export interface ConsoleLive {
  'console.frames': FrameBatch & { agent: string };
  'console.reading': {
    agent: string;
    device: string;
    kind: ReadingKind | string;
    data: unknown;
    at: string;
    simulated?: true;
  };
  /** What became of a setup that was applied. */
  'console.revision': RevisionOutcome & { agent: string; device: string };
  'console.agents': import('./http/tower.js').AgentView[];
}

/** Sent every 2 s in each namespace: how old the newest data is. */
export interface LiveHeartbeat {
  at: string;
  newestEventAt: string | null;
}
