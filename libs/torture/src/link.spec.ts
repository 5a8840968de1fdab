import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Seeded } from '#lib/sim';
import { eventually } from '#lib/testkit';
import { Link } from './link.js';

let server: Server;
let link: Link;
let heard: string;
const sockets: Socket[] = [];

beforeEach(async () => {
  heard = '';
  server = createServer((socket) => {
    socket.on('data', (chunk) => {
      heard += chunk;
      socket.write(`echo ${chunk}`);
    });
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  link = new Link({ name: 'link', targetPort: port, carries: 'bytes', dice: new Seeded(1) });
  await link.open();
});

afterEach(async () => {
  await link.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

async function call(): Promise<{ socket: Socket; said: () => string; ended: () => boolean }> {
  const socket = connect({ port: link.port, host: '127.0.0.1' });
  let said = '';
  let ended = false;
  socket.on('data', (chunk) => {
    said += chunk;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
  });
  await once(socket, 'connect');
  sockets.push(socket);
  return { socket, said: () => said, ended: () => ended };
}

describe('a link', () => {
  it('carries bytes both ways', async () => {
    const { socket, said } = await call();
    socket.write('hello');
    await eventually(() => said() === 'echo hello');
  });

  it('keeps the order of what it delays', async () => {
    link.trouble.delayMs.up = 30;
    const { socket } = await call();
    for (const each of 'abcdef') socket.write(each);
    link.trouble.delayMs.up = 0;
    socket.write('g');
    await eventually(() => heard === 'abcdefg');
  });

  it('swallows one way while both ends believe that all is well, and is cut when it heals', async () => {
    const { socket, said, ended } = await call();
    socket.write('a');
    await eventually(() => said() === 'echo a');
    link.trouble.swallows.down = true;
    socket.write('b');
    await eventually(() => heard === 'ab' && link.counts.swallowed > 0);
    expect([said(), ended()]).toEqual(['echo a', false]);
    link.heal();
    await eventually(() => ended());
  });

  it('lets through at once what piled up in a narrow link when it heals', async () => {
    link.trouble.throttle = 10;
    const { socket } = await call();
    socket.write('x'.repeat(5_000));
    link.trouble.delayMs.up = 1;
    link.heal();
    await eventually(() => heard.length === 5_000);
  });

  it('refuses new connections and resets old ones in a partition', async () => {
    const first = await call();
    link.trouble.refuses = true;
    link.cut();
    await eventually(() => first.ended());
    const second = connect({ port: link.port, host: '127.0.0.1' });
    let closed = false;
    second.on('error', () => undefined);
    second.on('close', () => {
      closed = true;
    });
    await eventually(() => closed);
    expect(heard).toBe('');
  });
});
