import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Namespace, Server, type Socket } from 'socket.io';
import {
  type Clock,
  type ConsoleLive,
  type FloorLive,
  LIVE_NAMESPACES,
  type LiveHeartbeat,
  type LiveMessage,
  type TowerLive,
} from '#lib/contracts';
import { CLOCK } from '../clock.js';
import { AppConfig } from '../config.js';
import type { Actor, Role } from '../context.js';
import { asSystem } from '../context.js';
import { Database, row } from '../database.service.js';
import { Authenticator } from '../http/authenticator.js';
import { isSameOrigin, presentedCredential } from '../http/credentials.js';
import { Live, type WatchedDevice } from '../live.js';
import { log } from '../log.js';
import { Repeating } from '../repeating.js';
import { shareLive } from './shared-live.js';

type Face = keyof typeof LIVE_NAMESPACES;
type Person = Extract<Actor, { kind: 'person' }>;

const HEARTBEAT_MS = 2_000;
/** How often a socket's credential is looked at again: signed out or expired people are gone within this time. */
const RECHECK_MS = 10_000;
const MESSAGE_MAX_BYTES = 16 * 1024;
const WATCHED_MAX = 20;
/** What every process sees or works out by itself goes to its own sockets; everything else happens once and goes to all. */
const OWN_SOCKETS_ONLY: ReadonlySet<string> = new Set([
  'board',
  'sorter',
  'console.agents',
  'console.frames',
]);

/** Who may look into which namespace. */
const FACES: Record<Face, readonly Role[]> = {
  floor: ['operator', 'supervisor', 'admin'],
  tower: ['supervisor', 'admin', 'integrator'],
  console: ['integrator', 'supervisor', 'admin'],
};

interface SocketData {
  person: Person;
  token: string;
  watched: Set<string>;
}

const rooms = {
  site: (siteId: number) => `site:${siteId}`,
  person: (siteId: number, personId: string) => `person:${siteId}:${personId}`,
  station: (siteId: number, stationId: string) => `station:${siteId}:${stationId}`,
  device: (siteId: number, device: string) => `device:${siteId}:${device}`,
};

/** The live events: socket.io beside the HTTP server. Sockets only listen; the one thing they may ask is which device's frames they see. */
@Injectable()
export class LiveServer extends Live implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private io: Server | null = null;
  private stopSharing: (() => Promise<void>) | null = null;
  private readonly watchListeners: ((watched: WatchedDevice) => void)[] = [];
  /** By the clock, so that versions rise over restarts and from one process to another. */
  private readonly versions = new Map<string, number>();
  private readonly heart = new Repeating('LiveServer', HEARTBEAT_MS, () => this.beat());
  private readonly recheck = new Repeating('LiveServer', RECHECK_MS, () => this.checkAgain());

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly db: Database,
    private readonly authenticator: Authenticator,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    const server = this.http.httpAdapter?.getHttpServer();
    if (!server) return;
    this.io = new Server(server, {
      serveClient: false,
      maxHttpBufferSize: MESSAGE_MAX_BYTES,
      pingInterval: 10_000,
      pingTimeout: 10_000,
      // A page of somebody else must not ride on the cookie; programs without one bring a token.
      allowRequest: (request, decide) => {
        const credential = presentedCredential(request.headers);
        decide(null, credential?.by !== 'cookie' || !request.headers.origin || isSameOrigin(request.headers));
      },
    });
    if (this.config.liveShared) this.stopSharing = shareLive(this.io, this.config.databaseUrl);
    for (const face of Object.keys(LIVE_NAMESPACES) as Face[])
      this.open(face, this.io.of(LIVE_NAMESPACES[face]));
    this.heart.start();
    this.recheck.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.heart.stop(), this.recheck.stop()]);
    this.io?.disconnectSockets(true);
    await this.io?.close();
    await this.stopSharing?.();
  }

  toStation<T extends keyof FloorLive>(
    siteId: number,
    stationId: string,
    topic: T,
    data: FloorLive[T],
  ): void {
    this.send('floor', rooms.station(siteId, stationId), topic, data);
  }

  toPerson<T extends keyof FloorLive>(siteId: number, personId: string, topic: T, data: FloorLive[T]): void {
    this.send('floor', rooms.person(siteId, personId), topic, data);
  }

  toTower<T extends keyof TowerLive>(siteId: number, topic: T, data: TowerLive[T]): void {
    this.send('tower', rooms.site(siteId), topic, data);
  }

  /** Frames go to those who watch the device, everything else to all consoles of the site. */
  toConsole<T extends keyof ConsoleLive>(siteId: number, topic: T, data: ConsoleLive[T]): void {
    const framed = topic === 'console.frames' ? (data as ConsoleLive['console.frames']).device : null;
    this.send('console', framed ? rooms.device(siteId, framed) : rooms.site(siteId), topic, data);
  }

  override towerIsWatched(): boolean {
    return this.counts().tower > 0;
  }

  /** How many sockets are connected, per namespace. */
  counts(): Record<Face, number> {
    const count = (face: Face) => this.io?.of(LIVE_NAMESPACES[face]).sockets.size ?? 0;
    return { floor: count('floor'), tower: count('tower'), console: count('console') };
  }

  override watchedDevices(): WatchedDevice[] {
    const found = new Map<string, WatchedDevice>();
    for (const socket of this.io?.of(LIVE_NAMESPACES.console).sockets.values() ?? []) {
      const { person, watched } = socket.data as SocketData;
      for (const device of watched) {
        found.set(`${person.siteId} ${device}`, { siteId: person.siteId, device });
      }
    }
    return [...found.values()];
  }

  override onWatch(listener: (watched: WatchedDevice) => void): void {
    this.watchListeners.push(listener);
  }

  private send(face: Face, room: string, topic: string, data: unknown): void {
    if (!this.io) return;
    const key = `${face}|${room}|${topic}`;
    const version = Math.max((this.versions.get(key) ?? 0) + 1, Date.now());
    this.versions.set(key, version);
    const message: LiveMessage = { topic, version, at: this.clock.now().toISOString(), data };
    const namespace = this.io.of(LIVE_NAMESPACES[face]);
    (OWN_SOCKETS_ONLY.has(topic) ? namespace.local.to(room) : namespace.to(room)).emit('live', message);
  }

  private open(face: Face, namespace: Namespace): void {
    namespace.use((socket, next) => {
      this.admit(face, socket).then(
        () => next(),
        (error: Error) => next(error),
      );
    });
    namespace.on('connection', (socket) => this.connected(face, socket));
  }

  private async admit(face: Face, socket: Socket): Promise<void> {
    const given = (socket.handshake.auth as { token?: unknown }).token;
    const token = typeof given === 'string' ? given : presentedCredential(socket.handshake.headers)?.token;
    const found = token ? await this.person(token) : null;
    if (!token || !found) throw new Error('unauthorized');
    if (!FACES[face].some((role) => found.roles.includes(role))) throw new Error('forbidden');
    socket.data = { person: found, token, watched: new Set() } satisfies SocketData;
  }

  private connected(face: Face, socket: Socket): void {
    const { person, watched } = socket.data as SocketData;
    void socket.join([rooms.site(person.siteId), rooms.person(person.siteId, person.personId)]);
    if (person.stationId) void socket.join(rooms.station(person.siteId, person.stationId));
    if (face !== 'console') return;
    socket.on('watch', (asked: unknown) => {
      const device = deviceOf(asked);
      if (!device || watched.size >= WATCHED_MAX) return;
      watched.add(device);
      void socket.join(rooms.device(person.siteId, device));
      for (const listener of this.watchListeners) listener({ siteId: person.siteId, device });
    });
    socket.on('unwatch', (asked: unknown) => {
      const device = deviceOf(asked);
      if (!device) return;
      watched.delete(device);
      void socket.leave(rooms.device(person.siteId, device));
    });
  }

  private async person(token: string): Promise<Person | null> {
    const found = await this.authenticator.check(token);
    return found?.actor.kind === 'person' ? found.actor : null;
  }

  private sockets(): Socket[] {
    return Object.values(LIVE_NAMESPACES).flatMap((name) => [...(this.io?.of(name).sockets.values() ?? [])]);
  }

  /** Ends the sockets of sessions that have ended, and moves those that stand at another station now. */
  private async checkAgain(): Promise<void> {
    for (const socket of this.sockets()) {
      const data = socket.data as SocketData;
      const now = await this.person(data.token);
      if (!now) {
        socket.emit('expired');
        socket.disconnect(true);
      } else if (now.stationId !== data.person.stationId) {
        const { siteId, stationId: before } = data.person;
        if (before) void socket.leave(rooms.station(siteId, before));
        if (now.stationId) void socket.join(rooms.station(siteId, now.stationId));
        data.person = now;
      }
    }
  }

  /** Tells each site's sockets how old the newest event is: silence and standstill look alike otherwise. */
  private async beat(): Promise<void> {
    const sites = new Set(this.sockets().map((socket) => (socket.data as SocketData).person.siteId));
    for (const siteId of sites) {
      const beat: LiveHeartbeat = {
        at: this.clock.now().toISOString(),
        newestEventAt: await this.newest(siteId),
      };
      for (const name of Object.values(LIVE_NAMESPACES)) {
        this.io?.of(name).local.to(rooms.site(siteId)).emit('heartbeat', beat);
      }
    }
  }

  private async newest(siteId: number): Promise<string | null> {
    try {
      const found = await asSystem('live', siteId, () =>
        this.db.transaction((tx) =>
          row<{ at: Date | null }>(tx, 'select max(at) as at from events where site_id = $1', [siteId]),
        ),
      );
      return found?.at?.toISOString() ?? null;
    } catch (error) {
      // The heartbeat itself must go on while the database is away: the screens then show stale data as stale.
      log.debug({ err: error }, 'no age of data for the heartbeat');
      return null;
    }
  }
}

function deviceOf(asked: unknown): string | null {
  const device = (asked as { device?: unknown } | null)?.device;
  return typeof device === 'string' && device.length <= 64 ? device : null;
}
