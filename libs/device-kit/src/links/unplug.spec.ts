import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '#lib/contracts';
import { driverIndex } from '../../../../devices/index.generated.js';
import { checkConfig } from '../config.js';
import { waitFor } from '../conformance/exercise.js';
import { openPty } from '../pty.js';
import { loadDriver } from '../registry.js';
import { openSession } from '../session.js';
import { serialLink } from './serial.js';

const LIMIT_MS = 15_000;

/** What the test has opened, undone also when it fails: an open line would keep the test run alive. */
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

test('a scanner unplugged in the middle of a scan is found again at its stable path, with a clean state', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'by-id-'));
  opened.push(() => rm(dir, { recursive: true }));
  const path = join(dir, 'usb-scanner-if00');
  const loaded = await loadDriver(driverIndex, 'generic/serial-scanner');
  if (!loaded.ok) throw new Error(loaded.reason);
  const check = checkConfig(loaded.driver.configSchema, {});
  if (!check.ok) throw new Error(check.errors.join());
  const codes: unknown[] = [];
  // Where the machine is slow, half a scan may be given up (a fault) before the line is known to be lost.
  const onReading = ({ kind, data }: Reading) => void (kind === 'scan.read' && codes.push(data));
  const session = openSession({
    driver: loaded.driver,
    config: check.config,
    link: serialLink({ path, baudRate: 9600 }),
    onReading,
    onState: () => undefined,
  });
  opened.push(() => session.stop());
  const plugIn = async () => {
    const pty = openPty();
    opened.push(() => pty.close());
    await symlink(pty.path, path);
    await waitFor(
      () => session.state === 'ready',
      LIMIT_MS,
      () => `${session.state} ${session.reason ?? ''}`,
    );
    return pty;
  };
  await waitFor(
    () => session.state === 'lost',
    LIMIT_MS,
    () => session.state,
  );
  expect(session.reason).toBe(`${path} does not exist: is the device plugged in?`);
  const first = await plugIn();
  await first.write(Buffer.from('FIRST\rHALF'));
  await waitFor(
    () => codes.length === 1,
    LIMIT_MS,
    () => 'no scan',
  );
  first.close();
  await rm(path);
  await waitFor(
    () => session.state === 'lost',
    LIMIT_MS,
    () => session.state,
  );
  const second = await plugIn();
  await second.write(Buffer.from('SECOND\r'));
  await waitFor(
    () => codes.length === 2,
    LIMIT_MS,
    () => 'no scan after the second plug-in',
  );
  expect(codes).toEqual([{ code: 'FIRST' }, { code: 'SECOND' }]);
}, 60_000);
