import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { agentTopics, LIVE_NAMESPACES } from '#lib/contracts';

interface Document {
  asyncapi: string;
  info: { title: string; version: string };
  channels: Record<string, { address: string; messages: object; parameters?: Record<string, object> }>;
  operations: Record<string, { action: string; channel: { $ref: string }; messages: { $ref: string }[] }>;
  components: { schemas: Record<string, object>; messages: Record<string, { payload: object }> };
}

const text = readFileSync(join(import.meta.dirname, '../asyncapi.yaml'), 'utf8');
const document = parse(text) as Document;

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

function at(ref: string): unknown {
  const path = ref.slice(2).split('/');
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    document,
  );
}

/** Judges a payload of this type as somebody outside would who has only the document. */
function judgeOf(type: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'doc', components: document.components });
  return ajv.compile({ $ref: `doc#/components/schemas/${type}` });
}

describe('asyncapi.yaml', () => {
  it('is what the types say: npm run asyncapi', async () => {
    const { asyncApiText } = (await import(join(import.meta.dirname, '../tools/asyncapi.mjs'))) as {
      asyncApiText: () => string;
    };
    expect(text === asyncApiText()).toBe(true);
  });

  it('has the shape of AsyncAPI 3: every reference leads somewhere, every operation has a channel and its messages', () => {
    expect(document.asyncapi).toBe('3.0.0');
    expect(refsIn(document).filter((ref) => at(ref) === undefined)).toEqual([]);
    for (const [name, { action, channel, messages }] of Object.entries(document.operations)) {
      expect([name, ['send', 'receive'].includes(action)]).toEqual([name, true]);
      for (const { $ref } of messages) expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
    }
    for (const { address, parameters = {} } of Object.values(document.channels)) {
      const holes = [...address.matchAll(/\{(\w+)\}/g)].map(([, hole]) => hole);
      expect(Object.keys(parameters).sort()).toEqual(holes.sort());
    }
  });

  it('names every topic that agents and core use, and every face of the screens', () => {
    const topics = agentTopics('S', 'A');
    const made = [
      ...[topics.evt('x'), topics.ack('x'), topics.cmd('x'), topics.req('x'), topics.res('x')],
      ...[topics.state('x'), topics.tlm('x'), topics.ask('x'), topics.ans('x')],
      ...[topics.routes, topics.inventory, topics.desired, topics.state('agent'), 'wh/v1/S/core/state'],
      ...Object.values(LIVE_NAMESPACES),
    ];
    const told = Object.values(document.channels).map(({ address }) =>
      address
        .replace('{site}', 'S')
        .replace('{agent}', 'A')
        .replace(/\{\w+\}/, 'x'),
    );
    expect(told.sort()).toEqual(made.sort());
  });

  it('has schemas that a validator takes, and that tell a sound payload from a wrong one', () => {
    for (const type of Object.keys(document.components.schemas)) judgeOf(type);
    const desired = judgeOf('DesiredMessage');
    const setup = { driver: 'a/b', link: { kind: 'mqtt' }, config: {}, simulated: false };
    expect(
      desired({
        devices: [
          { device: 'd', revision: 1, setup },
          { device: 'e', revision: 2, setup: null },
        ],
      }),
    ).toBe(true);
    expect(desired({ devices: [{ device: 'd', revision: '1', setup }] })).toBe(false);
    const record = judgeOf('UplinkRecord');
    const sound = {
      ...{ stream: 's', seq: 1, id: 'i', device: 'd', at: 't', monotonicMs: 1, trace: 't', crc: 'c' },
      ...{ kind: 'weigh.stable', data: { weight: { value: 1, decimals: 0, unit: 'g', kind: 'net' } } },
    };
    expect(record(sound)).toBe(true);
    expect(record({ ...sound, kind: 'scan.read' })).toBe(false);
  });
});
