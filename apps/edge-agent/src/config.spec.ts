import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { driverIndex } from '../../../devices/index.generated.js';
import { readConfig } from './config.js';

const ROOT = join(import.meta.dirname, '../../..');

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/config-`);
  file = `${dir}/agent.yaml`;
});
afterEach(() => rm(dir, { recursive: true }));

const environment = (changes: NodeJS.ProcessEnv = {}) => ({
  AGENT_SITE: 'S1',
  AGENT_CODE: 'edge-1',
  AGENT_SECRET: 'secret',
  AGENT_DATA_DIR: '/var/lib/agent',
  MQTT_URL: 'mqtt://127.0.0.1:1883',
  ...changes,
});

async function readFileOf(text: string, changes: NodeJS.ProcessEnv = {}) {
  await writeFile(file, text);
  return readConfig(environment({ AGENT_CONFIG: file, ...changes }));
}

describe('the configuration', () => {
  it('is complete with the environment alone, and has no devices then', async () => {
    expect(await readConfig(environment())).toMatchObject({
      site: 'S1',
      agent: 'edge-1',
      devices: [],
      points: [],
      httpPort: null,
      logLevel: 'info',
    });
  });

  it('takes site, agent and devices from YAML', async () => {
    const config = await readFileOf(
      `site: S1
agent: edge-1
devices:
  - { code: scan-1, driver: generic/serial-scanner, link: { type: serial, path: /dev/ttyS0 }, config: { ending: lf } }
  - { code: printer-1, driver: zebra/zpl-printer, link: { type: tcp, host: 10.0.0.4, port: 9100 } }
  - { code: plc-1, driver: generic/mqtt-conveyor, link: { type: mqtt } }
`,
      { AGENT_SITE: '', AGENT_CODE: '' },
    );
    expect(config.devices).toEqual([
      {
        code: 'scan-1',
        driver: 'generic/serial-scanner',
        link: { kind: 'serial', path: '/dev/ttyS0' },
        config: { ending: 'lf' },
      },
      {
        code: 'printer-1',
        driver: 'zebra/zpl-printer',
        link: { kind: 'tcp-client', host: '10.0.0.4', port: 9100 },
        config: {},
      },
      {
        code: 'plc-1',
        driver: 'generic/mqtt-conveyor',
        link: { kind: 'mqtt', base: 'wh/v1/S1/edge-1/plc/plc-1' },
        config: {},
      },
    ]);
  });

  it('takes JSON, and links as the console writes them', async () => {
    const link = { kind: 'serial', path: '/dev/ttyS0' };
    const config = await readFileOf(JSON.stringify({ devices: [{ code: 'a', driver: 'x/y', link }] }));
    expect(config.devices[0]?.link).toEqual(link);
  });

  it.each([
    ['AGENT_SECRET', { AGENT_SECRET: '' }, 'this agent has no credential: enrol it'],
    ['AGENT_SITE', { AGENT_SITE: 'a/#' }, 'AGENT_SITE and AGENT_CODE become part of a topic'],
    ['AGENT_CODE', { AGENT_CODE: 'core' }, 'no agent can be called "core"'],
    ['MQTT_URL', { MQTT_URL: 'localhost' }, 'MQTT_URL must be like mqtt://host:1883'],
    ['AGENT_HTTP_PORT', { AGENT_HTTP_PORT: '99999' }, 'AGENT_HTTP_PORT is no port: 99999'],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL is one of'],
    ['AGENT_CONFIG', { AGENT_CONFIG: '/does/not/exist' }, 'AGENT_CONFIG: /does/not/exist cannot be read'],
    ['MQTT_CA_FILE', { MQTT_CA_FILE: '/does/not/exist' }, 'MQTT_CA_FILE: /does/not/exist cannot be read'],
  ])('says in one sentence what is wrong with %s', async (_name, changes, sentence) => {
    await expect(readConfig(environment(changes))).rejects.toThrow(sentence);
  });

  it.each([
    ['a file that is no YAML', '{', 'is neither YAML nor JSON'],
    ['another site', 'site: S2', 'AGENT_SITE is S1, but the configuration file says site: S2'],
    ['an unknown field', 'devises: []', '"devises"'],
    [
      'a device without a driver',
      'devices: [{ code: a, link: {} }]',
      "devices.0 must have required property 'driver'",
    ],
    [
      'a device twice',
      'devices: [{ code: a, driver: x/y, link: {} }, { code: a, driver: x/y, link: {} }]',
      'the device a stands in the configuration twice',
    ],
    [
      'a device called agent',
      'devices: [{ code: agent, driver: x/y, link: {} }]',
      'no device can be called "agent"',
    ],
  ])('says in one sentence what is wrong with %s', async (_name, text, sentence) => {
    await expect(readFileOf(text)).rejects.toThrow(sentence);
  });

  it('is shown by examples that work: with the fields and the drivers that there are', async () => {
    const sample = (await readFile(join(ROOT, 'deploy/agent.yaml'), 'utf8')).replace(
      /^devices: \[\]$/m,
      'devices:',
    );
    const config = await readFileOf(sample.replace(/^#(?= {2})/gm, ''));
    const help = await readFile(join(import.meta.dirname, 'main.ts'), 'utf8');
    const named = [...help.matchAll(/driver: ([a-z0-9/-]+)/g)].map(([, id]) => id!);
    expect(named.length).toBeGreaterThan(1);
    expect(config.devices).toHaveLength(1);
    for (const id of [...named, ...config.devices.map(({ driver }) => driver)])
      expect(driverIndex.map((each) => each.id)).toContain(id);
  });
});
