import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  type Connection,
  cannotSend,
  type Link,
  type LinkEvents,
  type Outgoing,
  onceClosed,
} from './link.js';

const CONNECT_LIMIT_MS = 3_000;
const KEEPALIVE_MS = 5_000;
const CLOSE_LIMIT_MS = 500;
/** Bytes that may wait for a peer that does not read before the link is given up. */
const WRITE_BACKLOG_MAX = 4 << 20;

/** We call the device: printers on 9100, serial-to-Ethernet boxes, scanners. */
export function tcpClientLink(options: { host: string; port: number }): Link {
  const address = `${options.host}:${options.port}`;
  const link: Link = {
    kind: 'tcp-client',
    label: `tcp ${address}`,
    async open(events) {
      const socket = await call(options, address);
      return connectionOf(link, socket, address, events);
    },
  };
  return link;
}

/** The device calls us: one connection at a time, a new call replaces the old one (the device has restarted). */
export function tcpServerLink(options: { host?: string; port: number }): Link {
  const link: Link = {
    kind: 'tcp-server',
    label: `tcp server on ${options.host ?? '0.0.0.0'}:${options.port}`,
    open: (events, signal) => answer(link, options, events, signal),
  };
  return link;
}

function call(options: { host: string; port: number }, address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...options,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
    });
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error(`${address} did not answer within ${CONNECT_LIMIT_MS / 1000} s`));
    }, CONNECT_LIMIT_MS);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      reject(new Error(sayConnectError(address, error)));
    });
    socket.once('connect', () => {
      clearTimeout(limit);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function sayConnectError(address: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED')
    return `${address} refuses the connection: is the device's TCP port switched on?`;
  if (error.code === 'ENOTFOUND') return `${address}: no such host name`;
  if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH')
    return `${address} can't be reached: cable or address`;
  return `${address}: ${error.message}`;
}

function connectionOf(link: Link, socket: Socket, address: string, events: LinkEvents): Connection {
  const mine = onceClosed(events);
  socket.on('data', (chunk) => mine.onData(chunk));
  socket.on('error', (error) => mine.onClosed(`${address}: ${error.message}`));
  socket.on('close', () => mine.onClosed(`${address} closed the connection`));
  return {
    send: (outgoing) => sendOn(link, socket, outgoing, mine.onClosed),
    async close() {
      mine.silence();
      await closeSocket(socket);
    },
  };
}

function sendOn(link: Link, socket: Socket, outgoing: Outgoing, onClosed: (reason: string) => void) {
  // What has arrived was handed on already, so there is no stale input to discard here; TCP has no modem lines.
  if (outgoing.do === 'discard-input' || outgoing.do === 'set-lines') return;
  if (outgoing.do !== 'write') return cannotSend(link, outgoing);
  if (socket.writableLength + outgoing.bytes.length > WRITE_BACKLOG_MAX) {
    onClosed(`${link.label} takes no more bytes`);
    socket.destroy();
    return;
  }
  socket.write(outgoing.bytes);
}

/** Lets the last bytes leave, then insists. */
function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const limit = setTimeout(() => socket.destroy(), CLOSE_LIMIT_MS);
    socket.once('close', () => {
      clearTimeout(limit);
      resolve();
    });
    socket.end();
  });
}

function listen(server: Server, options: { host?: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

/** Resolves with the first caller: nobody is late, so only `signal` ends the wait. */
async function answer(
  link: Link,
  options: { host?: string; port: number },
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Connection> {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS });
  const mine = onceClosed(events);
  await listen(server, options).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'EADDRINUSE' ? `port ${options.port} is taken by another program` : error.message,
    );
  });
  let present: Socket;
  const accept = (socket: Socket) => {
    present?.destroy();
    present = socket;
    socket.on('data', (chunk) => void (socket === present && mine.onData(chunk)));
    // The reason comes with `close`, which always follows.
    socket.on('error', () => undefined);
    socket.on('close', () => void (socket === present && mine.onClosed(`${link.label}: the device hung up`)));
  };
  server.on('connection', accept);
  await firstCaller(server, signal);
  return {
    send: (outgoing) => sendOn(link, present, outgoing, mine.onClosed),
    async close() {
      mine.silence();
      server.close();
      await closeSocket(present);
    },
  };
}

function firstCaller(server: Server, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      server.close();
      reject(new Error('stopped while waiting for the device to call'));
    };
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    server.once('connection', () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
  });
}
