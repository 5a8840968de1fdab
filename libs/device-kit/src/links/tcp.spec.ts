import { connect, createServer, type Socket } from 'node:net';
import { toText } from '../bytes.js';
import { waitFor } from '../conformance/exercise.js';
import type { LinkEvents } from './link.js';
import { tcpClientLink, tcpServerLink } from './tcp.js';

const LIMIT_MS = 5_000;

function listener() {
  const heard = { text: '', closed: [] as string[] };
  const events: LinkEvents = {
    onData: (chunk) => {
      heard.text += toText(chunk);
    },
    onMessage: () => undefined,
    onAnswer: () => undefined,
    onClosed: (reason) => void heard.closed.push(reason),
  };
  return { heard, events };
}

const never = () => new AbortController().signal;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a client speaks, hears, and notices a reset once', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { heard, events } = listener();
  const connection = await tcpClientLink({ host: '127.0.0.1', port }).open(events, never());
  connection.send({ do: 'write', bytes: Buffer.from('~HS') });
  await waitFor(
    () => heard.text === '~HS',
    LIMIT_MS,
    () => 'no echo',
  );
  sockets[0]!.resetAndDestroy();
  await waitFor(
    () => heard.closed.length > 0,
    LIMIT_MS,
    () => 'the reset went unnoticed',
  );
  await connection.close();
  await new Promise((resolve) => server.close(resolve));
  expect(heard.closed).toHaveLength(1);
});

test('a port where nobody listens is a sentence', async () => {
  const port = await freePort();
  const opening = tcpClientLink({ host: '127.0.0.1', port }).open(listener().events, never());
  await expect(opening).rejects.toThrow('refuses the connection');
});

test('a server waits for the device, and a device that calls again replaces its first call', async () => {
  const port = await freePort();
  const { heard, events } = listener();
  const opening = tcpServerLink({ host: '127.0.0.1', port }).open(events, never());
  const first = await dial(port);
  const connection = await opening;
  const second = await dial(port);
  await waitFor(
    () => first.destroyed,
    LIMIT_MS,
    () => 'the first call was kept',
  );
  second.write('second');
  await waitFor(
    () => heard.text === 'second',
    LIMIT_MS,
    () => `heard "${heard.text}"`,
  );
  expect(heard.closed).toEqual([]);
  await connection.close();
  await waitFor(
    () => second.destroyed,
    LIMIT_MS,
    () => 'the second call was kept',
  );
});

test('a server that nobody calls can be stopped', async () => {
  const stop = new AbortController();
  const port = await freePort();
  const opening = tcpServerLink({ host: '127.0.0.1', port }).open(listener().events, stop.signal);
  stop.abort();
  await expect(opening).rejects.toThrow('stopped');
  const again = createServer();
  await new Promise<void>((resolve, reject) =>
    again.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  await new Promise((resolve) => again.close(resolve));
});

/** Calls until the server listens. */
async function dial(port: number): Promise<Socket> {
  let socket: Socket | null = null;
  const attempt = () => {
    const each = connect({ host: '127.0.0.1', port });
    each.once('error', () => setTimeout(attempt, 10));
    each.once('connect', () => {
      each.on('error', () => undefined);
      each.resume();
      socket = each;
    });
  };
  attempt();
  await waitFor(
    () => socket !== null,
    LIMIT_MS,
    () => 'no server',
  );
  return socket!;
}
