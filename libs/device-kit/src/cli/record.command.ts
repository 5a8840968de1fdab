import { open, rm } from 'node:fs/promises';
import { stringify } from 'yaml';
import { toBytes, toText, unescapeText } from '../bytes.js';
import { createLink, type LinkConfig } from '../links/create-link.js';
import type { Link, LinkEvents } from '../links/link.js';
import { userPath } from './workspace.js';

export interface RecordOptions {
  port?: string;
  baud: string;
  parity: 'none' | 'even' | 'odd';
  dataBits: string;
  stopBits: string;
  flow: 'none' | 'rtscts' | 'xonxoff';
  tcp?: string;
  listen?: string;
  send: string[];
  seconds: string;
  out: string;
  title: string;
}

/** Bytes with a pause of at least this between them become steps of their own. */
const STEP_GAP_MS = 80;
const MODBUS_PORT = 502;
const WHY_NOT: Record<string, string> = {
  EEXIST: 'this file is there already; nothing was recorded',
  ENOENT: 'its folder is not there; nothing was recorded',
  EACCES: 'it may not be written; nothing was recorded',
};

/** Listens to a live device (asking it `--send`) and writes what it said as a transcript without expectations. */
export async function recordTranscript(options: RecordOptions, say: (line: string) => void): Promise<void> {
  const seconds = Number(options.seconds);
  if (!(seconds > 0 && seconds <= 3600)) throw new Error('--seconds takes 1 to 3600');
  const link = await createLink(linkOf(options));
  // Before the device is bothered: a recording that cannot be written down would be lost.
  const out = await open(userPath(options.out), 'wx').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`--out ${options.out}: ${WHY_NOT[error.code ?? ''] ?? error.message}`);
  });
  try {
    const heard = await listen(link, { options, seconds, say });
    await out.writeFile(transcriptOf(options, link.label, heard));
    say(`${heard.length === 0 ? silence(options) : ''}written to ${options.out}`);
  } catch (error) {
    await rm(userPath(options.out), { force: true });
    throw error;
  } finally {
    await out.close();
  }
}

interface Heard {
  at: number;
  bytes: Uint8Array;
}

async function listen(
  link: Link,
  { options, seconds, say }: { options: RecordOptions; seconds: number; say: (line: string) => void },
): Promise<Heard[]> {
  const heard: Heard[] = [];
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
  return heard;
}

/** Why nothing may have been heard, where it can be guessed. */
function silence({ tcp, send }: RecordOptions): string {
  if (tcp?.endsWith(`:${MODBUS_PORT}`)) {
    return 'nothing was heard: a Modbus device speaks only when a driver asks it (see docs/guides/attach-a-device.md, "More than lines"); ';
  }
  return `nothing was heard${send.length === 0 ? ': does it only answer questions? Ask with --send' : ''}; `;
}

function linkOf(options: RecordOptions): LinkConfig {
  const { port, tcp, listen } = options;
  if ([port, tcp, listen].filter((each) => each !== undefined).length !== 1)
    throw new Error('give one of --port PATH, --tcp HOST:PORT and --listen PORT');
  if (port !== undefined) {
    return {
      kind: 'serial',
      path: port,
      baudRate: whole(options.baud, '--baud takes a number such as 9600'),
      parity: options.parity,
      dataBits: Number(options.dataBits) as 7 | 8,
      stopBits: Number(options.stopBits) as 1 | 2,
      flowControl: options.flow,
    };
  }
  if (listen !== undefined)
    return { kind: 'tcp-server', port: whole(listen, '--listen takes a port of this machine') };
  const [, host, number] = /^(.+):(\d+)$/.exec(tcp!) ?? [];
  if (!host) throw new Error(`--tcp takes HOST:PORT, such as 10.0.0.7:1702, not "${tcp}"`);
  return { kind: 'tcp-client', host, port: Number(number) };
}

function whole(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${what}, not "${text}"`);
  return Number(text);
}

/** The transcript's text: each burst of bytes a step. Expectations are for the integrator to write. */
export function transcriptOf(
  options: Pick<RecordOptions, 'title'>,
  label: string,
  heard: readonly Heard[],
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
