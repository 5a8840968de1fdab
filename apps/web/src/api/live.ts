import { useEffect, useRef, useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import { LIVE_NAMESPACES, type LiveHeartbeat, type LiveMessage } from '#lib/contracts';
import { sessionEnded } from './client.js';

export type LiveStatus = 'connecting' | 'live' | 'down' | 'refused';
type Face = keyof typeof LIVE_NAMESPACES;
type Hear = (data: never, message: LiveMessage) => void;

/** How long to wait before knocking again where socket.io itself does not: after a refusal, or when the server hung up. */
const KNOCK_AGAIN_MS = 3_000;
/** Topics whose every message holds all there is: an older one that arrives late must not undo a newer one. */
const WHOLE = new Set(['board', 'console.agents']);

/** One socket per namespace, shared by all components of a page. */
class LiveChannel {
  readonly socket: Socket;
  private readonly listeners = new Map<string, Set<Hear>>();
  private readonly versions = new Map<string, number>();
  private readonly watchers = new Set<() => void>();
  private readonly returns = new Set<() => void>();
  private knock: ReturnType<typeof setTimeout> | undefined;
  private wasLive = false;
  status: LiveStatus = 'connecting';
  /** When the server was last heard, by this machine's clock. */
  heardAt = 0;
  heartbeat: LiveHeartbeat | null = null;

  constructor(namespace: string) {
    this.socket = io(namespace, { transports: ['websocket', 'polling'], withCredentials: true });
    this.socket.on('connect', () => this.connected());
    this.socket.on('disconnect', (reason) => {
      this.set('down');
      if (reason === 'io server disconnect') this.knockAgain();
    });
    this.socket.on('connect_error', (error) => this.refused(error));
    this.socket.on('expired', sessionEnded);
    this.socket.on('heartbeat', (heartbeat: LiveHeartbeat) => {
      this.heartbeat = heartbeat;
      this.heardAt = Date.now();
    });
    this.socket.on('live', (message: LiveMessage) => this.hear(message));
  }

  on(topic: string, listener: Hear): () => void {
    const set = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, set.add(listener));
    return () => set.delete(listener);
  }

  /** Hears that the link is back after it was gone: what was said meanwhile must be asked for. */
  onReturn(listener: () => void): () => void {
    this.returns.add(listener);
    return () => this.returns.delete(listener);
  }

  watchStatus = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  close(): void {
    clearTimeout(this.knock);
    this.socket.close();
  }

  private connected(): void {
    this.versions.clear();
    this.heardAt = Date.now();
    this.set('live');
    if (this.wasLive) for (const listener of this.returns) listener();
    this.wasLive = true;
  }

  private refused(error: Error): void {
    this.set(this.socket.active ? 'down' : 'refused');
    if (this.socket.active) return;
    if (error.message === 'unauthorized') sessionEnded();
    else if (error.message !== 'forbidden') this.knockAgain();
  }

  private knockAgain(): void {
    clearTimeout(this.knock);
    this.knock = setTimeout(() => this.socket.connect(), KNOCK_AGAIN_MS);
  }

  private set(status: LiveStatus): void {
    this.status = status;
    for (const watcher of this.watchers) watcher();
  }

  private hear(message: LiveMessage): void {
    this.heardAt = Date.now();
    if (WHOLE.has(message.topic)) {
      if (message.version < (this.versions.get(message.topic) ?? 0)) return;
      this.versions.set(message.topic, message.version);
    }
    for (const listener of this.listeners.get(message.topic) ?? []) listener(message.data as never, message);
  }
}

const channels = new Map<string, LiveChannel>();

export function liveChannel(face: Face): LiveChannel {
  const namespace = LIVE_NAMESPACES[face];
  let channel = channels.get(namespace);
  if (!channel) {
    channel = new LiveChannel(namespace);
    channels.set(namespace, channel);
  }
  return channel;
}

/** Closes all sockets: after signing out they must not go on as the person before. */
export function closeLive(): void {
  for (const channel of channels.values()) channel.close();
  channels.clear();
}

export function useLiveStatus(face: Face): LiveStatus {
  const channel = liveChannel(face);
  return useSyncExternalStore(channel.watchStatus, () => channel.status);
}

/** Hears one topic while the component is mounted. The newest listener is used; it need not be memoised. */
export function useLive<Topics, T extends keyof Topics & string>(
  face: Face,
  topic: T,
  listener: (data: Topics[T], message: LiveMessage) => void,
): void {
  const channel = liveChannel(face);
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(
    () => channel.on(topic, (data, message) => newest.current(data as Topics[T], message)),
    [channel, topic],
  );
}

/** Calls when the link of this face is back after it was gone. */
export function useReturn(face: Face, listener: () => void): void {
  const channel = liveChannel(face);
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => channel.onReturn(() => newest.current()), [channel]);
}
