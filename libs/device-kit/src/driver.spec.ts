import { concatBytes, fromHex, hasControl, showBytes, toBytes, toHex, toText } from './bytes.js';
import { checkConfig } from './config.js';
import { type Codec, type Driver, defineDevice, type Manifest } from './driver.js';
import { driverIndexSource } from './driver-index.js';
import { createLink, type LinkConfig } from './links/create-link.js';
import { type DriverEntry, loadDriver } from './registry.js';
import { backoffMs, ManualTimers } from './timers.js';

const manifest: Manifest = {
  vendor: 'acme',
  model: 'thing',
  title: 'Thing',
  version: '1.0.0',
  kind: 'scanner',
  links: ['serial'],
  capabilities: ['scan.read'],
  commands: [],
  ratePerSecond: 1,
  commandLimitMs: 1_000,
  configSchema: { type: 'object', additionalProperties: false, properties: {} },
};
const codec: Codec<unknown, null> = { open: () => ({ state: null }), onData: (state) => ({ state }) };

test.each([
  ['a vendor with capitals', { vendor: 'Acme' }, 'kebab-case'],
  ['a version that is none', { version: '1' }, 'version'],
  ['no link', { links: [] }, 'at least one link'],
  ['nothing to say', { capabilities: [] }, 'at least one capability'],
  ['no rate', { ratePerSecond: 0 }, 'ratePerSecond'],
  ['a command without a handler', { commands: ['weigh' as const] }, 'commands need onCommand'],
  ['an MQTT link without a handler', { links: ['mqtt' as const] }, 'needs onMessage'],
  ['a Modbus link without a handler', { links: ['modbus-tcp' as const] }, 'needs onAnswer'],
])('a driver with %s is refused with a sentence', (_what, change, sentence) => {
  expect(() => defineDevice({ ...manifest, ...change, codec })).toThrow(sentence);
});

test('a config gets its defaults, and each wrong field is named', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: { baud: { type: 'integer', default: 9600 }, ending: { enum: ['cr', 'lf'] } },
  };
  expect(checkConfig(schema, {})).toEqual({ ok: true, config: { baud: 9600 } });
  expect(checkConfig(schema, undefined)).toEqual({ ok: true, config: { baud: 9600 } });
  const wrong = checkConfig(schema, { baud: 'fast', ending: 'x', speed: 1 });
  expect(wrong).toEqual({
    ok: false,
    errors: expect.arrayContaining([
      'baud must be integer',
      'ending must be equal to one of the allowed values (["cr","lf"])',
      'config must NOT have additional properties ("speed")',
    ]),
    fields: expect.arrayContaining([
      { field: 'baud', message: 'must be integer' },
      { field: 'ending', message: 'must be equal to one of the allowed values: cr, lf' },
      { field: 'speed', message: 'is not known here' },
    ]),
  });
});

test.each([
  ['an unknown kind', { kind: 'pigeon' }, 'no such kind of link: "pigeon"'],
  ['no path', { kind: 'serial', baudRate: 9600 }, "must have required property 'path'"],
  [
    'a path outside /dev... or relative',
    { kind: 'serial', path: 'ttyS0', baudRate: 9600 },
    'path must match pattern',
  ],
  ['a port beyond the last', { kind: 'tcp-client', host: 'h', port: 70_000 }, 'port must be <= 65535'],
  ['a topic with a wildcard', { kind: 'mqtt', base: 'wh/+/x' }, 'base must match pattern'],
  ['MQTT without a connection', { kind: 'mqtt', base: 'wh/v1' }, 'needs the agent'],
])('a link with %s is refused with a sentence', async (_what, config, sentence) => {
  await expect(createLink(config as LinkConfig)).rejects.toThrow(sentence);
});

test('links say for people what they are', async () => {
  const serial = await createLink({ kind: 'serial', path: '/dev/ttyS9', baudRate: 9600, parity: 'even' });
  expect(serial.label).toBe('/dev/ttyS9 at 9600 8E1');
  const modbus = await createLink({ kind: 'modbus-tcp', host: 'plc' });
  expect(modbus.label).toBe('modbus tcp plc:502 unit 1');
});

test('a driver that cannot be loaded is a reason, not an exception', async () => {
  const good = defineDevice({ ...manifest, codec });
  const entry = (id: string, load: () => Promise<{ default: Driver }>): DriverEntry => ({
    id,
    load,
    loadSimulator: async () => ({ simulator: null }),
  });
  const index = [
    entry('acme/thing', async () => ({ default: good })),
    entry('acme/other', async () => ({ default: good })),
    entry('acme/broken', () => Promise.reject(new Error('a syntax error'))),
  ];
  expect(await loadDriver(index, 'acme/thing')).toEqual({ ok: true, driver: good });
  expect(await loadDriver(index, 'acme/none')).toMatchObject({
    reason: expect.stringContaining('known: acme/thing'),
  });
  expect(await loadDriver(index, 'acme/other')).toMatchObject({
    reason: expect.stringContaining('holds the driver acme/thing'),
  });
  expect(await loadDriver(index, 'acme/broken')).toMatchObject({
    reason: expect.stringContaining('a syntax error'),
  });
  expect(driverIndexSource([{ id: 'acme/thing', quality: 'silver' }])).toContain(
    "load: () => import('./acme/thing/device.js')",
  );
});

test('bytes, text and hex are each other, and what no byte can carry is refused', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(toBytes(toText(all))).toEqual(all);
  expect(fromHex(toHex(all))).toEqual(all);
  expect(() => toBytes('€')).toThrow(RangeError);
  expect(() => fromHex('0g')).toThrow(RangeError);
  expect(concatBytes(toBytes('a'), toBytes(''), toBytes('b'))).toEqual(toBytes('ab'));
  expect(showBytes(toBytes('\x02A\xff\r'))).toBe('<STX>A<FF><CR>');
  expect([hasControl('a\x1db'), hasControl('a\x1db', { exceptGs: true }), hasControl('é\x85')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('manual time runs timers in their order and not after they were cancelled', () => {
  const timers = new ManualTimers();
  const ran: string[] = [];
  timers.after(20, () => ran.push('late'));
  const cancel = timers.after(15, () => ran.push('never'));
  timers.after(10, () => {
    ran.push('early');
    timers.after(5, () => ran.push('from within'));
    cancel();
  });
  timers.advance(20);
  expect(ran).toEqual(['early', 'from within', 'late']);
  expect(timers.monotonicMs()).toBe(20);
});

test('pauses between attempts double up to a limit and are spread', () => {
  expect([1, 2, 3, 10, 99].map((attempt) => backoffMs(attempt, 1))).toEqual([250, 500, 1_000, 5_000, 5_000]);
  expect(backoffMs(3, 0)).toBe(500);
});
