import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

export interface PortLine {
  path: string;
  /** The path to put into a config: it stays the same when the device is plugged in elsewhere or in another order. */
  stable: string | null;
}

/** Names of serial lines, before their number. The agent's unit (deploy/systemd) has to allow each of them. */
export const PORT_NAMES = ['ttyUSB', 'ttyACM', 'ttyS', 'ttyAMA', 'ttyXR', 'ttyO', 'ttymxc'] as const;
const PORT = new RegExp(`^(${PORT_NAMES.join('|')})\\d+$`);

/**
 * Serial ports of this machine, from /sys and /dev. (SerialPort.list() ends the process where udevadm is not installed.)
 * Nothing is opened: a port may belong to a printer that would print what it hears.
 */
export async function listPorts(sys = '/sys/class/tty', byId = '/dev/serial/by-id'): Promise<PortLine[]> {
  const stable = new Map<string, string>();
  for (const name of await entries(byId)) {
    const target = await readlink(join(byId, name)).catch(() => null);
    if (target) stable.set(basename(target), join(byId, name));
  }
  const names = (await entries(sys)).filter((name) => PORT.test(name));
  const present: PortLine[] = [];
  for (const name of names.sort(byNumber)) {
    // A tty without a device below it is a name the kernel keeps, with no hardware behind it.
    const driver = await readlink(join(sys, name, 'device', 'driver')).catch(() => null);
    if (driver === null || basename(driver) === 'serial8250') continue;
    present.push({ path: `/dev/${name}`, stable: stable.get(name) ?? null });
  }
  return present;
}

const byNumber = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

async function entries(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}
