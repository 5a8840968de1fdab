import { connect, createServer, type Socket } from 'node:net';
import { openPty } from '../pty.js';

/**
 * The device's end of a byte link, for simulators: a pty (serial devices), a TCP server (printers, serial-to-Ethernet
 * boxes), or a TCP client (devices that call the agent).
 */
export interface Wire {
  readonly kind: 'pty' | 'tcp';
  /** What the driver's link opens: a path, or host:port. */
  readonly address: string;
  /** What a link's config holds for it. */
  readonly linkConfig:
    | { kind: 'serial'; path: string; baudRate: number }
    | { kind: 'tcp-client'; host: string; port: number }
    | { kind: 'tcp-server'; host: string; port: number };
  /** Bytes to whoever is connected; lost when nobody is. */
  send(bytes: Uint8Array): void;
  onReceive(listener: (bytes: Uint8Array) => void): void;
  /** TCP: cuts the connection with a reset and takes the next caller. A pty can't be cut and live: close it. */
  cut(): void;
  /** Idempotent. On a pty the driver sees an unplug. */
  close(): Promise<void>;
}

/** A device does not keep what nobody listens to: a port that is opened later must not hear old scans and weights. */
const UNREAD_MS = 250;

/** A wire on a pty. */
export function ptyWire(): Wire {
  const pty = openPty();
  return {
    kind: 'pty',
    address: pty.path,
    linkConfig: { kind: 'serial', path: pty.path, baudRate: 9600 },
    send: (bytes) => void pty.write(bytes, UNREAD_MS),
    onReceive: (listener) => pty.onData(listener),
    cut: () => pty.close(),
    close: async () => pty.close(),
  };
}

/** A wire on a TCP port (0: any free one) of this machine. One caller at a time: a second is hung up on, as printers do. */
export async function tcpWire(options: { port?: number; host?: string } = {}): Promise<Wire> {
  const host = options.host ?? '127.0.0.1';
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let present: Socket | null = null;
  const server = createServer({ noDelay: true }, (socket) => {
    if (present) return void socket.destroy();
    present = socket;
    socket.on('data', (chunk) => {
      for (const listener of listeners) listener(chunk);
    });
    // The peer's reset: `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (present === socket) present = null;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server without a port');
  const cut = () => {
    present?.resetAndDestroy();
    present = null;
  };
  return {
    kind: 'tcp',
    address: `${host}:${bound.port}`,
    linkConfig: { kind: 'tcp-client', host, port: bound.port },
    send: (bytes) => void present?.write(bytes),
    onReceive: (listener) => void listeners.push(listener),
    cut,
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        cut();
      }),
  };
}

const CALL_AGAIN_MS = 50;

/** A wire that calls the agent (its tcp-server link) and calls again when it is hung up on, as devices in client mode do. */
export function callingWire(options: { port: number; host?: string }): Wire {
  const { port, host = '127.0.0.1' } = options;
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let present: Socket | null = null;
  let again: NodeJS.Timeout | undefined;
  let closed = false;
  const call = () => {
    const socket = connect({ port, host, noDelay: true });
    socket.on('connect', () => {
      present = socket;
    });
    socket.on('data', (chunk) => {
      for (const listener of listeners) listener(chunk);
    });
    // Refused while nobody listens yet: `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      present = null;
      if (!closed) again = setTimeout(call, CALL_AGAIN_MS);
    });
    calling = socket;
  };
  let calling: Socket;
  call();
  return {
    kind: 'tcp',
    address: `${host}:${port}`,
    linkConfig: { kind: 'tcp-server', host, port },
    send: (bytes) => void present?.write(bytes),
    onReceive: (listener) => void listeners.push(listener),
    cut: () => void present?.resetAndDestroy(),
    async close() {
      closed = true;
      clearTimeout(again);
      calling.destroy();
    },
  };
}
