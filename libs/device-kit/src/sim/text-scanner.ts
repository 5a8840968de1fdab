import { toBytes, toText, unescapeText } from '../bytes.js';
import { type Exercise, type Place, type SimulatedDevice, wireAt } from './simulator.js';
import type { Wire } from './wire.js';

export interface ScannerSimulatorOptions {
  /** Defaults match the drivers': no prefix, CR at the end. */
  prefix?: string;
  suffix?: string;
  ending?: 'cr' | 'lf' | 'crlf' | 'tab' | 'stx-etx';
  noReadText?: string;
  /** Sent every heartbeatMs, if there is one. */
  heartbeatText?: string;
  heartbeatMs?: number;
  /** Hearing this, the scanner looks: it sends the code that lies under it, or a no-read. */
  triggerText?: string;
}

/** The verbs of a simulated scanner that sends codes as text. */
export interface SimulatedScanner extends SimulatedDevice {
  /** A person pulls the trigger on a code; GS as 0x1D. */
  scan(code: string, aim?: string): void;
  /** Triggered, nothing seen. */
  noRead(): void;
  /** What lies under a fixed scanner when it is triggered; an empty text: nothing. */
  present(code: string): void;
  /** Fault: the heartbeat stops (false) and comes back (true). */
  heartbeat(beats: boolean): void;
  /** Fault: half a scan, and nothing after it. */
  truncated(code: string): void;
  /** Bytes as they are: noise. */
  raw(bytes: Uint8Array): void;
}

export const SCANNER_VERBS = ['scan', 'noRead', 'present', 'heartbeat', 'truncated'];

const ENDS = { cr: '\r', lf: '\n', crlf: '\r\n', tab: '\t', 'stx-etx': '\x03' };

/** A scanner that sends codes as text, at a place. */
export async function textScannerAt(
  place: Place,
  options: ScannerSimulatorOptions = {},
): Promise<SimulatedScanner> {
  return scannerOn(await wireAt(place), options);
}

function scannerOn(wire: Wire, options: ScannerSimulatorOptions): SimulatedScanner {
  const ending = options.ending ?? 'cr';
  const start = ending === 'stx-etx' ? '\x02' : '';
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const body = (text: string) => utf8(`${options.prefix ?? ''}${text}${options.suffix ?? ''}`);
  const send = (text: string) =>
    wire.send(Uint8Array.of(...toBytes(start), ...body(text), ...toBytes(ENDS[ending])));
  const noRead = () => send(options.noReadText ?? 'NOREAD');
  let under = '';
  let beats = true;
  const beat = options.heartbeatText
    ? setInterval(() => beats && send(options.heartbeatText ?? ''), options.heartbeatMs ?? 500)
    : undefined;
  wire.onReceive((bytes) => {
    if (!options.triggerText || !toText(bytes).includes(unescapeText(options.triggerText))) return;
    if (under === '') noRead();
    else send(under);
  });
  return {
    linkConfig: wire.linkConfig,
    scan: (code, aim = '') => send(aim + code),
    noRead,
    present(code) {
      under = code;
    },
    heartbeat(on) {
      beats = on;
    },
    truncated: (code) => wire.send(Uint8Array.of(...toBytes(start), ...body(code))),
    raw: (bytes) => wire.send(bytes),
    async close() {
      clearInterval(beat);
      await wire.close();
    },
  };
}

/** What every driver of a text scanner must do together with its simulator. */
export const scannerExercises: Exercise<SimulatedScanner>[] = [
  {
    title: 'scans with and without an AIM identifier, and a no-read',
    act(scanner) {
      scanner.scan('5901234123457', ']E0');
      scanner.scan('TOTE-0001');
      scanner.noRead();
    },
    expect: ['scan.read', 'scan.read', 'scan.no-read'],
  },
  {
    title: 'noise before a scan',
    act(scanner) {
      scanner.raw(Uint8Array.of(0x00, 0xff, 0x80, 0x0d));
      scanner.scan('LOC-01-02-03');
    },
    expect: ['device.fault', 'scan.read'],
  },
];
