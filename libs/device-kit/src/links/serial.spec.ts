import { spawn } from 'node:child_process';
import { waitFor } from '../conformance/exercise.js';
import { openPty } from '../pty.js';
import type { Connection, LinkEvents } from './link.js';
import { serialLink } from './serial.js';

const LIMIT_MS = 15_000;

interface Heard {
  events: LinkEvents;
  bytes: Buffer[];
  length(): number;
  closed: string[];
}

function listener(): Heard {
  const bytes: Buffer[] = [];
  const closed: string[] = [];
  let total = 0;
  const events: LinkEvents = {
    onData(chunk) {
      bytes.push(Buffer.from(chunk));
      total += chunk.length;
    },
    onMessage: () => undefined,
    onAnswer: () => undefined,
    onClosed: (reason) => void closed.push(reason),
  };
  return { events, bytes, closed, length: () => total };
}

const open = (path: string, heard: Heard): Promise<Connection> =>
  serialLink({ path, baudRate: 115_200 }).open(heard.events, new AbortController().signal);

/** Every byte value, no two neighbours alike, different for each seed. */
const pattern = (length: number, seed: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8) + seed) & 0xff));

test('many ptys carry every byte both ways at once', async () => {
  const length = 100_000;
  const lines = Array.from({ length: 12 }, (_, i) => ({
    pty: openPty(),
    heard: listener(),
    sent: pattern(length, i),
    near: [] as Buffer[],
  }));
  const connections = await Promise.all(lines.map(({ pty, heard }) => open(pty.path, heard)));
  for (const [i, line] of lines.entries()) {
    line.pty.onData((chunk) => void line.near.push(Buffer.from(chunk)));
    connections[i]!.send({ do: 'write', bytes: line.sent });
    void line.pty.write(line.sent);
  }
  const near = (line: (typeof lines)[number]) => line.near.reduce((sum, chunk) => sum + chunk.length, 0);
  await waitFor(
    () => lines.every((line) => line.heard.length() >= length && near(line) >= length),
    LIMIT_MS,
    () => `some bytes did not come: ${lines.map((line) => `${line.heard.length()}/${near(line)}`).join(' ')}`,
  );
  for (const line of lines) {
    expect(Buffer.concat(line.heard.bytes).equals(line.sent)).toBe(true);
    expect(Buffer.concat(line.near).equals(line.sent)).toBe(true);
  }
  await Promise.all(connections.map((connection) => connection.close()));
  for (const { pty } of lines) pty.close();
}, 30_000);

test('an unplug in the middle of a burst is noticed once, however serialport takes it', async () => {
  const lines = Array.from({ length: 8 }, () => ({ pty: openPty(), heard: listener() }));
  const connections = await Promise.all(lines.map(({ pty, heard }) => open(pty.path, heard)));
  for (const { pty } of lines) void pty.write(pattern(20_000, 1));
  await waitFor(
    () => lines.every(({ heard }) => heard.length() > 0),
    LIMIT_MS,
    () => 'nothing came',
  );
  for (const { pty } of lines) pty.close();
  await waitFor(
    () => lines.every(({ heard }) => heard.closed.length > 0),
    LIMIT_MS,
    () => 'an unplug went unnoticed',
  );
  await Promise.all(connections.map((connection) => connection.close()));
  expect(lines.map(({ heard }) => heard.closed.length)).toEqual(lines.map(() => 1));
}, 30_000);

test('what waits from before the opening is thrown away', async () => {
  const pty = openPty();
  await pty.write(Buffer.from('stale\r'));
  const heard = listener();
  const connection = await open(pty.path, heard);
  await pty.write(Buffer.from('fresh\r'));
  await waitFor(
    () => heard.length() >= 6,
    LIMIT_MS,
    () => 'nothing came',
  );
  expect(Buffer.concat(heard.bytes).toString()).toBe('fresh\r');
  await connection.close();
  pty.close();
});

test('what nobody listened to is not heard by who comes later', async () => {
  const pty = openPty();
  // More than the kernel keeps for a closed port: the rest waits in this process until its patience is over.
  await Promise.all(Array.from({ length: 200 }, (_, i) => pty.write(Buffer.alloc(60, i), 50)));
  const heard = listener();
  const connection = await open(pty.path, heard);
  await pty.write(Buffer.from('fresh\r'));
  await waitFor(
    () => heard.length() >= 6,
    LIMIT_MS,
    () => 'nothing came',
  );
  expect(Buffer.concat(heard.bytes).toString()).toBe('fresh\r');
  await connection.close();
  pty.close();
});

test('a port that does not exist is a sentence', async () => {
  await expect(open('/dev/ttyNONE', listener())).rejects.toThrow(
    '/dev/ttyNONE does not exist: is the device plugged in?',
  );
});

test('socat, which nobody here wrote, at the far end', async () => {
  const socat = spawn('socat', ['-d', '-d', 'pty,raw,echo=0', 'exec:cat']);
  let said = '';
  socat.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const path = () => /PTY is (\S+)/.exec(said)?.[1];
  await waitFor(
    () => path() !== undefined,
    LIMIT_MS,
    () => `socat gave no pty: ${said}`,
  );
  const heard = listener();
  const connection = await open(path()!, heard);
  const sent = pattern(50_000, 3);
  connection.send({ do: 'write', bytes: sent });
  await waitFor(
    () => heard.length() >= sent.length,
    LIMIT_MS,
    () => `${heard.length()} bytes came back`,
  );
  expect(Buffer.concat(heard.bytes).equals(sent)).toBe(true);
  socat.kill('SIGKILL');
  await waitFor(
    () => heard.closed.length === 1,
    LIMIT_MS,
    () => 'the unplug went unnoticed',
  );
  await connection.close();
}, 30_000);
