import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { agentTopics } from '#lib/contracts';
import { seal, stamp } from '../apps/edge-agent/src/record.js';

const ROOT = resolve(import.meta.dirname, '..');

interface Document {
  channels: Record<string, { address: string | null }>;
  components: { schemas: Record<string, object> };
}
let document: Document;
let ajv: Ajv;

beforeAll(() => {
  document = parse(readFileSync(join(ROOT, 'asyncapi.yaml'), 'utf8')) as Document;
  ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'asyncapi');
});

const validator = (schema: string) =>
  ajv.compile({ $ref: `asyncapi#/components/schemas/${schema}` }) as ValidateFunction;

describe('asyncapi.yaml', () => {
  it('is AsyncAPI 3 and says what the contracts say', () => {
    const said = execFileSync(process.execPath, ['tools/asyncapi.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(said).toContain('asyncapi.yaml');
  });

  it('names every topic of an agent', () => {
    const { base: _, all: __, ...topics } = agentTopics('site', 'agent');
    const wanted = Object.values(topics).map((topic) => (typeof topic === 'string' ? topic : topic('leaf')));
    const addresses = Object.values(document.channels).map(({ address }) =>
      (address ?? '')
        .replace('{site}', 'site')
        .replace('{agent}', 'agent')
        .replace(/\{\w+\}/, 'leaf'),
    );
    expect(wanted.filter((topic) => !addresses.includes(topic))).toEqual([]);
  });

  it('takes what an agent really sends, and nothing that lacks a part or has another shape', () => {
    const entry = {
      device: 'scan-1',
      kind: 'scan.read',
      data: { code: '4006381333931', aim: ']E0' },
    } as const;
    const { text } = seal(stamp({ ...entry, rawHex: '34' }), 'scan-1~1', 1);
    const valid = validator('UplinkBatch');
    const batch = (record: object) => ({ session: 's', records: [record] });
    const record = JSON.parse(text) as Record<string, unknown>;
    expect([valid(batch(record)), valid.errors]).toEqual([true, null]);
    const { seq: _, ...withoutSeq } = record;
    for (const wrong of [withoutSeq, { ...record, kind: 'scan.dreamt' }, { ...record, data: { code: 7 } }])
      expect(valid(batch(wrong))).toBe(false);
  });

  it('tells the orders of devices and the questions of agents apart', () => {
    const request = validator('EdgeRequest');
    expect(request({ correlationId: 'c', op: 'routes.snapshot' })).toBe(true);
    expect(request({ correlationId: 'c', op: 'route.ask' })).toBe(false);
  });
});
