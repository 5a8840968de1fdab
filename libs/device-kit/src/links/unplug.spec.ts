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

test('a scanner unplugged in the middle of a scan is found again at its stable path, with a clean state', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'by-id-'));
  const path = join(dir, 'usb-scanner-if00');
  const loaded = await loadDriver(driverIndex, 'generic/serial-scanner');
  if (!loaded.ok) throw new Error(loaded.reason);
  const check = checkConfig(loaded.driver.configSchema, {});
  if (!check.ok) throw new Error(check.errors.join());
  const readings: Reading[] = [];
  const session = openSession({
    driver: loaded.driver,
    config: check.config,
    link: serialLink({ path, baudRate: 9600 }),
    onReading: (reading) => void readings.push(reading),
    onState: () => undefined,
  });
  const plugIn = async () => {
    const pty = openPty();
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
    () => readings.length === 1,
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
    () => readings.length === 2,
    LIMIT_MS,
    () => 'no scan after the second plug-in',
  );
  expect(readings.map(({ data }) => data)).toEqual([{ code: 'FIRST' }, { code: 'SECOND' }]);
  await session.stop();
  second.close();
  await rm(dir, { recursive: true });
}, 60_000);
