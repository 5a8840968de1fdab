import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { mayPublish, maySubscribe, type Principal } from './broker-acl.js';
import { EmbeddedError, type Log } from './embedded-error.js';
import { PacketMeter } from './packet-meter.js';

export interface BrokerOptions {
  /** Default: a free one. */
  port?: number;
  /** Default: the loopback address. */
  host?: string;
  /** Who signs in with this name and password; null refuses. */
  verify(username: string, password: string, clientId: string): Promise<Principal | null>;
  log: Log;
  /** Larger packets end the connection. Default 1 MiB: 64 records of an uplink batch are some 100 kB. */
  packetMaxBytes?: number;
  connectionsMax?: number;
}

/** A running MQTT 3.1.1 broker. */
export interface Broker {
  readonly port: number;
  /** Ends the connections of the user names that `gone` picks, for example after their credential was removed. */
  disconnect(gone: (username: string) => boolean): void;
  close(): Promise<void>;
}

interface Session {
  username: string;
  principal: Principal;
}

const PACKET_MAX_BYTES = 1024 * 1024;
const CONNECTIONS_MAX = 500;
/** A frozen subscriber holds back everybody's messages until it is dropped. */
const DRAIN_LIMIT_MS = 10_000;
const CONNECT_LIMIT_MS = 10_000;
const CLOSE_LIMIT_MS = 5_000;
const NOT_AUTHORIZED = 5;

/**
 * Starts the embedded broker: user name and password, the access rules of `broker-acl.ts`, retained messages in memory
 * (who publishes them does so again after a reconnect), TCP_NODELAY on every connection (docs: a request and its reply
 * take 88 ms without).
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const sessions = new Map<Client, Session>();
  const aedes = await Aedes.createBroker({
    drainTimeout: DRAIN_LIMIT_MS,
    connectTimeout: CONNECT_LIMIT_MS,
    queueLimit: 1_000,
    ...guards(options, sessions),
  });
  aedes.on('clientDisconnect', (client) => sessions.delete(client));
  for (const event of ['clientError', 'connectionError'] as const) {
    aedes.on(event, (client, error) => {
      const who = sessions.get(client)?.username ?? 'an unknown client';
      sessions.delete(client);
      options.log(`connection of ${who} ended: ${error.message}`);
    });
  }
  const server = createServer({ noDelay: true }, (socket) => {
    limitPackets(socket, options.packetMaxBytes ?? PACKET_MAX_BYTES);
    aedes.handle(socket);
  });
  server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  const port = await listen(server, options);
  return {
    port,
    disconnect: (gone) => {
      for (const [client, { username }] of sessions) if (gone(username)) client.close();
    },
    close: () => close(server, aedes),
  };
}

/** Who may come in and what they may touch, as aedes asks for it. */
function guards({ verify, log }: BrokerOptions, sessions: Map<Client, Session>) {
  const clientIds = new WeakMap<Client, string>();
  return {
    // A client id is unique within its user name only: nobody can throw another out by taking its client id.
    preConnect: (client, packet, done) => {
      clientIds.set(client, packet.clientId);
      if (packet.clientId) packet.clientId = `${packet.username ?? ''}|${packet.clientId}`;
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      const name = username ?? '';
      verify(name, password?.toString('utf8') ?? '', clientIds.get(client) ?? '').then(
        (principal) => {
          if (principal) sessions.set(client, { username: name, principal });
          else log(`refused a connection with user name ${JSON.stringify(name.slice(0, 64))}`);
          done(principal ? null : refusal(), principal !== null);
        },
        (error: Error) => {
          log(`cannot check a sign-in: ${error.message}`);
          done(refusal(), false);
        },
      );
    },
    // Ends the connection: 3.1.1 has no other way to tell a publisher that its message was not taken.
    authorizePublish: (client, packet, done) => {
      const session = client && sessions.get(client);
      const allowed = session && mayPublish(session.principal, packet.topic);
      done(allowed ? null : new Error(`may not publish to ${packet.topic.slice(0, 128)}`));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const session = sessions.get(client);
      const allowed = session && maySubscribe(session.principal, subscription.topic);
      if (!allowed)
        log(`${session?.username ?? 'a client'} may not subscribe to ${subscription.topic.slice(0, 128)}`);
      done(null, allowed ? subscription : null);
    },
  } satisfies NonNullable<Parameters<typeof Aedes.createBroker>[0]>;
}

function refusal(): Error & { returnCode: number } {
  return Object.assign(new Error('not authorized'), { returnCode: NOT_AUTHORIZED });
}

/** Looks at the bytes on their way to the parser, which would collect a packet of any size. */
function limitPackets(socket: Socket, maxBytes: number): void {
  const meter = new PacketMeter(maxBytes);
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size);
    if (chunk === null || meter.accepts(chunk)) return chunk;
    socket.destroy(new Error(`a packet of more than ${maxBytes} bytes`));
    return null;
  };
}

function listen(server: Server, { port = 0, host = '127.0.0.1' }: BrokerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new EmbeddedError('port-taken', `Port ${port} on ${host} is in use by another program.`));
    });
    server.listen({ port, host }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Ends all connections and answers when none is left. */
async function close(server: Server, aedes: Aedes): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref())]);
}
