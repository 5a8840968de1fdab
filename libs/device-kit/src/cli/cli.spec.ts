import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseTranscript } from '../conformance/transcript.js';
import { acceptTranscript } from './accept.js';
import { listPorts, PORT_NAMES } from './ports.command.js';
import { transcriptOf } from './record.command.js';
import { templateFiles } from './template.js';
import { testDrivers } from './test.command.js';
import { compileDriverFolder } from './workspace.js';

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
