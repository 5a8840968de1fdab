import './node-version.mjs';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, Sentence, say, start } from './workspace.mjs';

/** Where torture looks for it: libs/torture/src/rig.ts. */
const CLOCKS = ['x86_64-linux-gnu/', 'aarch64-linux-gnu/', ''].map(
  (machine) => `/usr/lib/${machine}faketime/libfaketimeMT.so.1`,
);

/** What the tests need beyond npm: peers that nobody here wrote. */
const PARTS = [
  { name: 'mosquitto', why: 'MQTT peer', packages: ['mosquitto'], present: () => program('mosquitto') },
  { name: 'socat', why: 'serial lines', packages: ['socat'], present: () => program('socat') },
  {
    name: 'a C compiler',
    why: 'Modbus peer',
    packages: ['gcc', 'libc6-dev'],
    present: () => program('cc', 'gcc', 'clang'),
  },
  {
    name: 'libmodbus with headers',
    why: 'Modbus peer',
    packages: ['libmodbus-dev'],
    present: () => header('modbus/modbus.h'),
  },
  {
    name: 'libfaketime',
    why: 'clocks that jump',
    packages: ['libfaketime'],
    present: () => CLOCKS.some((path) => existsSync(path)),
  },
  {
    name: 'Chromium',
    why: 'screens',
    packages: ['chromium'],
    present: () => program('chromium', 'chromium-browser', 'google-chrome'),
  },
  {
    name: 'a font with Chinese characters',
    why: 'screens and labels',
    packages: ['fontconfig', 'fonts-noto-cjk'],
    present: cjkFont,
  },
];

/** Programs of the system that an ordinary user's PATH leaves out. */
export const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);

/** Installs the missing system parts where we may, else names them and throws. */
export async function ensureSystemParts() {
  const missing = await missingParts();
  if (missing.length === 0) return;
  const names = missing.map(({ name, why }) => `${name} (${why})`).join(', ');
  const packages = missing.flatMap((part) => part.packages);
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new Sentence(
      `The tests need ${names}; install what is missing (on Debian as root: apt-get install ${packages.join(' ')}) and start again.`,
    );
  }
  say(`installing from Debian: ${packages.join(' ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get update', 'apt-get', ['update', '-qq'], { env });
  const { code, output } = await run(
    'apt-get',
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
    { env },
  );
  if (code !== 0)
    throw new Sentence(`${output.trim()}\napt-get could not install ${packages.join(' ')} (see above).`);
  const still = await missingParts();
  if (still.length > 0)
    throw new Sentence(`Still missing after installation: ${still.map(({ name }) => name).join(', ')}.`);
}

async function missingParts() {
  const present = await Promise.all(PARTS.map((part) => part.present()));
  return PARTS.filter((_, at) => !present[at]);
}

function program(...names) {
  return names.some((name) => PATH.split(delimiter).some((dir) => dir && existsSync(join(dir, name))));
}

function header(name) {
  return ['/usr/include', '/usr/local/include', '/opt/homebrew/include'].some((dir) =>
    existsSync(join(dir, name)),
  );
}

async function cjkFont() {
  if (!program('fc-list')) return false;
  return (await run('fc-list', 'fc-list', [':lang=zh'])).output.trim() !== '';
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8')) && program('apt-get');
  } catch {
    return false; // not a Linux with os-release
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) start(ensureSystemParts);
