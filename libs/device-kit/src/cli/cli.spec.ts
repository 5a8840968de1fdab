import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseTranscript } from '../conformance/transcript.js';
import { acceptTranscript } from './accept.js';
import { listPorts, PORT_NAMES } from './ports.command.js';
import { type RecordOptions, recordTranscript, transcriptOf } from './record.command.js';
import { templateFiles } from './template.js';
import { testDrivers } from './test.command.js';
import { buildDriverFolder, compileDriverFolder, ROOT } from './workspace.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'device-cli-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function made(kind: 'scanner' | 'scale', model: string): Promise<string> {
  const base = join(dir, 'acme', model);
  for (const [file, text] of Object.entries(templateFiles({ vendor: 'acme', model, kind }))) {
    await mkdir(dirname(join(base, file)), { recursive: true });
    await writeFile(join(base, file), text);
  }
  return base;
}

test.each(['scanner', 'scale'] as const)(
  'a new %s outside the tree passes the whole suite',
  async (kind) => {
    const said: string[] = [];
    const good = await testDrivers(
      undefined,
      { dir: await made(kind, `new-${kind}`) },
      (line) => void said.push(line),
    );
    expect(said.filter((line) => line.includes('FAIL'))).toEqual([]);
    expect(good).toBe(true);
    expect(said.at(-1)).toContain('level: silver');
  },
  60_000,
);

test('a changed folder is loaded anew, and the old version is still there', async () => {
  const base = await made('scanner', 'changing');
  const before = (await (await compileDriverFolder(base)).loadDevice()).default;
  const device = join(base, 'device.ts');
  await writeFile(device, (await readFile(device, 'utf8')).replace("'0.1.0'", "'0.2.0'"));
  const after = (await (await compileDriverFolder(base)).loadDevice()).default;
  expect([before.version, after.version]).toEqual(['0.1.0', '0.2.0']);
});

test('a broken driver fails with the rule and the sentence', async () => {
  const base = await made('scanner', 'broken');
  const codec = join(base, 'codec.ts');
  await writeFile(
    codec,
    (await readFile(codec, 'utf8')).replace('data: { code: line }', 'data: { code: line + Date.now() }'),
  );
  const said: string[] = [];
  expect(await testDrivers(undefined, { dir: base, rule: '1' }, (line) => void said.push(line))).toBe(false);
  expect(said.join('\n')).toContain('codec.ts uses Date.now');
}, 60_000);

test('a recording becomes a transcript, and accepting it writes what the driver makes of it', async () => {
  const base = await made('scanner', 'recorded');
  const heard = [
    { at: 0, bytes: Buffer.from('59012') },
    { at: 5, bytes: Buffer.from('34123457\r\n') },
    { at: 500, bytes: Buffer.from('TOTE-1\r\n') },
  ];
  const file = join(base, 'transcripts', 'recorded.yaml');
  await writeFile(file, transcriptOf({ title: 'two scans' }, 'a port', heard));
  const { default: driver } = await (await compileDriverFolder(base)).loadDevice();
  await acceptTranscript(driver, file);
  const transcript = parseTranscript(file, await readFile(file, 'utf8'));
  expect(transcript.steps.map((step) => step.expected.readings.map(({ data }) => data))).toEqual([
    [],
    [{ code: '5901234123457' }],
    [{ code: 'TOTE-1' }],
  ]);
});

const RECORD: RecordOptions = {
  ...{ baud: '9600', parity: 'none', dataBits: '8', stopBits: '1', flow: 'none', seconds: '10' },
  ...{ send: [], out: '', title: 'heard' },
};

test('a device on the network is asked and recorded, until it hangs up', async () => {
  const server = createServer((socket) => {
    socket.on('data', (bytes) => socket.end(bytes.toString() === 'W\r' ? 'W1250\r' : '?'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const out = join(dir, 'asked.yaml');
  await recordTranscript({ ...RECORD, tcp: `127.0.0.1:${port}`, send: ['W\\r'], out }, () => undefined);
  expect(parseTranscript(out, await readFile(out, 'utf8')).steps).toHaveLength(2);
  expect(await readFile(out, 'utf8')).toContain('W1250');
  await new Promise((resolve) => server.close(resolve));
}, 20_000);

test('a recording that has nowhere to go is refused before the device is bothered, and nothing is left behind', async () => {
  const out = join(dir, 'kept.yaml');
  await writeFile(out, 'mine');
  const record = (options: Partial<RecordOptions>) =>
    recordTranscript({ ...RECORD, out: join(dir, 'never.yaml'), ...options }, () => undefined);
  await expect(record({ tcp: '127.0.0.1:1', out })).rejects.toThrow('is there already');
  expect(await readFile(out, 'utf8')).toBe('mine');
  await expect(record({ tcp: '127.0.0.1:1', out: join(dir, 'no/folder.yaml') })).rejects.toThrow('not there');
  await expect(record({ tcp: '10.0.0.7' })).rejects.toThrow('--tcp takes HOST:PORT');
  await expect(record({ port: '/dev/none', baud: 'fast' })).rejects.toThrow('--baud takes a number');
  await expect(record({})).rejects.toThrow('give one of --port PATH, --tcp HOST:PORT and --listen PORT');
  await expect(record({ tcp: '127.0.0.1:1' })).rejects.toThrow();
  expect(existsSync(join(dir, 'never.yaml'))).toBe(false);
}, 20_000);

test('a folder that holds no driver is said so', async () => {
  await expect(compileDriverFolder(join(dir, 'nowhere'))).rejects.toThrow('device.ts is missing');
});

test('a driver compiled away from the checkout finds the kit there', async () => {
  const base = await made('scanner', 'away');
  const resolve = (specifier: string) => pathToFileURL(join(ROOT, specifier.slice(1), 'src/index.ts')).href;
  const { out } = await buildDriverFolder(base, { dir: join(dir, 'built'), resolve });
  const text = await readFile(join(out, 'device.js'), 'utf8');
  expect(text).toContain('file://');
  expect(text).not.toContain('#lib/');
  expect(JSON.parse(await readFile(join(dir, 'built/package.json'), 'utf8'))).toEqual({ type: 'module' });
});

test('ports come from /sys with their stable paths, without opening any', async () => {
  const sys = join(dir, 'sys');
  const byId = join(dir, 'by-id');
  await mkdir(join(sys, 'ttyUSB0', 'device'), { recursive: true });
  await symlink('/drivers/ftdi_sio', join(sys, 'ttyUSB0', 'device', 'driver'));
  await mkdir(join(sys, 'ttyS0', 'device'), { recursive: true });
  await symlink('/drivers/serial8250', join(sys, 'ttyS0', 'device', 'driver'));
  await mkdir(join(sys, 'tty1'), { recursive: true });
  await mkdir(byId);
  await symlink('../../ttyUSB0', join(byId, 'usb-FTDI_1234-if00'));
  expect(await listPorts(sys, byId)).toEqual([
    { path: '/dev/ttyUSB0', stable: join(byId, 'usb-FTDI_1234-if00') },
  ]);
  expect(await listPorts(join(dir, 'nothing'), join(dir, 'nothing'))).toEqual([]);
});

test("every serial line that is listed is one that the agent's unit lets it open", async () => {
  const unit = await readFile(
    join(import.meta.dirname, '../../../../deploy/systemd/wavehouse-agent.service'),
    'utf8',
  );
  const allowed = [...unit.matchAll(/^DeviceAllow=char-(\w+)\*? rw$/gm)].map(([, name]) => name);
  expect(allowed).toEqual(expect.arrayContaining([...PORT_NAMES]));
});
