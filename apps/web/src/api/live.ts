import { useEffect, useRef, useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import { LIVE_NAMESPACES, type LiveHeartbeat, type LiveMessage } from '#lib/contracts';

export type LiveStatus = 'connecting' | 'live' | 'down' | 'refused';

/** One socket per namespace, shared by all components of a page. */
class LiveChannel {
  readonly socket: Socket;
  private readonly listeners = new Map<string, Set<(data: never, message: LiveMessage) => void>>();
  private readonly versions = new Map<string, number>();
  private readonly watchers = new Set<() => void>();
  status: LiveStatus = 'connecting';
  /** When the server was last heard, by this machine's clock. */
  heardAt = 0;
  heartbeat: LiveHeartbeat | null = null;

  constructor(namespace: string) {
    this.socket = io(namespace, { transports: ['websocket', 'polling'], withCredentials: true });
    this.socket.on('connect', () => {
      this.versions.clear();
      this.set('live');
    });
    this.socket.on('disconnect', () => this.set('down'));
    this.socket.on('connect_error', (error) => {
      this.set(this.socket.active ? 'down' : 'refused');
      if (!this.socket.active && error.message !== 'unauthorized')
        setTimeout(() => this.socket.connect(), 3000);
    });
    this.socket.on('heartbeat', (heartbeat: LiveHeartbeat) => {
      this.heartbeat = heartbeat;
      this.heardAt = Date.now();
    });
    this.socket.on('live', (message: LiveMessage) => this.hear(message));
  }

  private set(status: LiveStatus): void {
    this.status = status;
    if (status === 'live') this.heardAt = Date.now();
    for (const watcher of this.watchers) watcher();
  }

  private hear(message: LiveMessage): void {
    this.heardAt = Date.now();
    const known = this.versions.get(message.topic) ?? -1;
    if (message.version < known) return; // overtaken on the way
    this.versions.set(message.topic, message.version);
    for (const listener of this.listeners.get(message.topic) ?? []) listener(message.data as never, message);
  }

  on(topic: string, listener: (data: never, message: LiveMessage) => void): () => void {
    let set = this.listeners.get(topic);
    if (!set) {
      set = new Set();
      this.listeners.set(topic, set);
    }
    set.add(listener);
    return () => set.delete(listener);
  }

  watchStatus = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
}

const channels = new Map<string, LiveChannel>();

export function liveChannel(face: keyof typeof LIVE_NAMESPACES): LiveChannel {
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
  for (const channel of channels.values()) channel.socket.close();
  channels.clear();
}

export function useLiveStatus(face: keyof typeof LIVE_NAMESPACES): LiveStatus {
  const channel = liveChannel(face);
  return useSyncExternalStore(channel.watchStatus, () => channel.status);
}

/** Hears one topic while the component is mounted. The newest listener is used; it need not be memoised. */
export function useLive<Topics, T extends keyof Topics & string>(
  face: keyof typeof LIVE_NAMESPACES,
  topic: T,
  listener: (data: Topics[T], message: LiveMessage) => void,
): void {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(
    () => liveChannel(face).on(topic, (data, message) => newest.current(data as Topics[T], message)),
    [face, topic],
  );
}
