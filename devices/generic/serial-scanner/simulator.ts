import { defineSimulator, type SimulatedDevice, toBytes, type Wire, wireAt } from '#lib/device-kit';

export interface ScannerSimulatorOptions {
  /** Defaults match the driver's: no prefix, CR at the end. */
  prefix?: string;
  suffix?: string;
  ending?: 'cr' | 'lf' | 'crlf' | 'tab' | 'stx-etx';
  noReadText?: string;
}

export interface SimulatedScanner extends SimulatedDevice {
  /** A person pulls the trigger on a code; GS as 0x1D. */
  scan(code: string, aim?: string): void;
  /** Triggered, nothing seen. */
  noRead(): void;
  /** Bytes as they are: noise, half a frame. */
  raw(bytes: Uint8Array): void;
}

const ENDS = { cr: '\r', lf: '\n', crlf: '\r\n', tab: '\t', 'stx-etx': '\x03' };

export const simulator = defineSimulator<SimulatedScanner, ScannerSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: ['scan', 'noRead'],
  config: {},
  async start(place, options = {}) {
    return scannerOn(await wireAt(place), options);
  },
  exercises: [
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
  ],
});

function scannerOn(wire: Wire, options: ScannerSimulatorOptions): SimulatedScanner {
  const ending = options.ending ?? 'cr';
  const send = (text: string) => {
    const start = ending === 'stx-etx' ? '\x02' : '';
    const utf8 = new TextEncoder().encode(`${options.prefix ?? ''}${text}${options.suffix ?? ''}`);
    wire.send(Uint8Array.of(...toBytes(start), ...utf8, ...toBytes(ENDS[ending])));
  };
  return {
    linkConfig: wire.linkConfig,
    scan: (code, aim = '') => send(aim + code),
    noRead: () => send(options.noReadText ?? 'NOREAD'),
    raw: (bytes) => wire.send(bytes),
    close: () => wire.close(),
  };
}
