import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { toBytes, toText, unescapeText } from '../bytes.js';
import { createLink, type LinkConfig } from '../links/create-link.js';
import type { LinkEvents } from '../links/link.js';
import { userPath } from './workspace.js';

export interface RecordOptions {
  port?: string;
  baud: string;
  parity: 'none' | 'even' | 'odd';
  tcp?: string;
  send: string[];
  seconds: string;
  out: string;
  title: string;
}

/** Bytes with a pause of at least this between them become steps of their own. */
const STEP_GAP_MS = 80;
const MODBUS_PORT = 502;

/** Listens to a live device (asking it `--send`) and writes what it said as a transcript without expectations. */
export async function recordTranscript(options: RecordOptions, say: (line: string) => void): Promise<void> {
  const seconds = Number(options.seconds);
  if (!(seconds > 0 && seconds <= 3600)) throw new Error('--seconds takes 1 to 3600');
  const link = await createLink(linkOf(options));
  const heard: { at: number; bytes: Uint8Array }[] = [];
  let closed: string | null = null;
  const events: LinkEvents = {
    onData: (bytes) => {
      heard.push({ at: performance.now(), bytes: Uint8Array.from(bytes) });
      say(`< ${JSON.stringify(toText(bytes))}`);
    },
    onMessage: () => undefined,
    onAnswer: () => undefined,
    onClosed: (reason) => {
      closed = reason;
    },
  };
  const connection = await link.open(events, new AbortController().signal);
  say(`listening on ${link.label} for ${seconds} s, Ctrl-C ends sooner`);
  const until = performance.now() + seconds * 1000;
  for (const text of options.send) {
    const bytes = toBytes(unescapeText(text));
    say(`> ${JSON.stringify(toText(bytes))}`);
    connection.send({ do: 'write', bytes });
    await pause(STEP_GAP_MS * 4);
  }
  let stop = false;
  process.once('SIGINT', () => {
    stop = true;
  });
  while (!stop && closed === null && performance.now() < until) await pause(50);
  await connection.close();
  if (closed !== null) say(`the link closed: ${closed}`);
  await writeFile(userPath(options.out), transcriptOf(options, link.label, heard), { flag: 'wx' });
  say(`${heard.length === 0 ? silence(options) : ''}written to ${options.out}`);
}

/** Why nothing may have been heard, where it can be guessed. */
function silence({ tcp, send }: RecordOptions): string {
  if (tcp?.endsWith(`:${MODBUS_PORT}`)) {
    return 'nothing was heard: a Modbus device speaks only when a driver asks it (see docs/guides/attach-a-device.md, "More than lines"); ';
  }
  return `nothing was heard${send.length === 0 ? ': does it only answer questions? Ask with --send' : ''}; `;
}

function linkOf(options: RecordOptions): LinkConfig {
  if ((options.port === undefined) === (options.tcp === undefined))
    throw new Error('give --port PATH or --tcp HOST:PORT');
  if (options.port !== undefined) {
    return { kind: 'serial', path: options.port, baudRate: Number(options.baud), parity: options.parity };
  }
  const at = options.tcp!.lastIndexOf(':');
  return { kind: 'tcp-client', host: options.tcp!.slice(0, at), port: Number(options.tcp!.slice(at + 1)) };
}

/** The transcript's text: each burst of bytes a step. Expectations are for the integrator to write. */
export function transcriptOf(
  options: Pick<RecordOptions, 'title'>,
  label: string,
  heard: { at: number; bytes: Uint8Array }[],
): string {
  const steps: Record<string, unknown>[] = [{ open: true }];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { at, bytes } of heard) {
    const last = steps[steps.length - 1]!;
    if (at - lastAt < STEP_GAP_MS && typeof last.device === 'string') last.device += toText(bytes);
    else steps.push({ device: toText(bytes) });
    lastAt = at;
  }
  const head = { title: options.title, class: 'nominal', source: `recorded from ${label}`, steps };
  return stringify(head, { defaultStringType: 'PLAIN', defaultKeyType: 'PLAIN', lineWidth: 0 });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
