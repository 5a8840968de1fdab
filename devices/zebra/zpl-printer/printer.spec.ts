import type { DeviceState, Reading } from '#lib/contracts';
import { checkConfig, createLink, type DeviceSession, openSession, waitFor } from '#lib/device-kit';
import device from './device.js';
import { type PrinterSimulatorOptions, type SimulatedPrinter, simulator } from './simulator.js';

const LIMIT_MS = 5_000;

interface Bench {
  printer: SimulatedPrinter;
  session: DeviceSession;
  readings: Reading[];
  states: DeviceState[];
  kinds(): string[];
}

async function withPrinter(
  options: PrinterSimulatorOptions,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const printer = await simulator.start({ at: 'tcp' }, options);
  const check = checkConfig(device.configSchema, { pollMs: 20, statusMs: 150, idlePollMs: 500 });
  if (!check.ok) throw new Error(check.errors.join());
  const readings: Reading[] = [];
  const states: DeviceState[] = [];
  const session = openSession({
    driver: device,
    config: check.config,
    link: await createLink(printer.linkConfig),
    onReading: (reading) => void readings.push(reading),
    onState: (state) => void states.push(state),
  });
  const kinds = () => readings.map((reading) => reading.kind).filter((kind) => kind !== 'device.status');
  try {
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => `${session.state}: ${session.reason}`,
    );
    await run({ printer, session, readings, states, kinds });
  } finally {
    await session.stop();
    await printer.close();
  }
}

const label = (jobId: string) => ({
  op: 'print' as const,
  args: { jobId, zpl: `^XA^CI28^FO20,20^FD${jobId}^FS^XZ` },
});

test('labels come out in their order, each confirmed before the next', () =>
  withPrinter({ labelMs: 20 }, async ({ printer, session, kinds }) => {
    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => session.command(label(id))));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(printer.printed.map((zpl) => /\^FXjob (\w)\^FS/.exec(zpl)?.[1])).toEqual(['a', 'b', 'c']);
    expect(kinds()).toEqual(new Array(3).fill(['print.sent', 'print.printed']).flat());
  }));

test('a reset in the middle of a label is unknown, and the next label is fine', () =>
  withPrinter({}, async ({ printer, session, kinds }) => {
    printer.resetInNextLabel();
    expect((await session.command(label('a'))).outcome).toBe('unknown');
    expect(kinds()).toEqual(['print.sent', 'print.unknown']);
    expect(printer.printed).toEqual([]);
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => `${session.state}: ${session.reason}`,
    );
    expect((await session.command(label('b'))).outcome).toBe('done');
  }));

test('labels run out while one is in the buffer: silent, then printed when new ones are in', () =>
  withPrinter({ labelMs: 200 }, async ({ printer, session, kinds, states }) => {
    const printing = session.command(label('a'));
    await waitFor(
      () => kinds().includes('print.sent'),
      LIMIT_MS,
      () => kinds().join(),
    );
    printer.mediaOut();
    await waitFor(
      () => session.state === 'degraded',
      LIMIT_MS,
      () => session.state,
    );
    expect(printer.printed).toEqual([]);
    printer.mediaIn();
    expect((await printing).outcome).toBe('done');
    expect(printer.printed).toHaveLength(1);
    expect(states.slice(-2)).toEqual(['degraded', 'ready']);
  }));

test('an open head refuses the job before its first byte', () =>
  withPrinter({}, async ({ printer, session, kinds }) => {
    printer.openHead();
    const { outcome, reason } = await session.command(label('a'));
    expect(outcome).toBe('failed');
    expect(reason).toContain('silent');
    expect(kinds()).toEqual(['print.failed']);
    printer.closeHead();
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => session.state,
    );
    expect((await session.command(label('b'))).outcome).toBe('done');
    expect(printer.printed).toHaveLength(1);
  }));

test.each([
  ['two documents', '^XA^FDa^FS^XZ^XA^FDb^FS^XZ', 'not one'],
  ['an immediate command', '^XA^FDa^FS~JR^XZ', '~ command'],
  ['other command characters', '^XA^CC!^XZ', 'command characters'],
  ['bytes beyond ASCII', '^XA^FDä^FS^XZ', 'beyond ASCII'],
  ['no document', 'hello', 'not one'],
])('a label with %s is refused', (_what, zpl, reason) =>
  withPrinter({}, async ({ printer, session }) => {
    const outcome = await session.command({ op: 'print', args: { jobId: 'a', zpl } });
    expect(outcome).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(reason) });
    expect(printer.printed).toEqual([]);
  }),
);
