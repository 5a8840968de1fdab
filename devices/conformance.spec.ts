import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CONFORMANCE_RULES,
  checkRule,
  type DriverFolder,
  driverIndexSource,
  falseClaim,
  findDrivers,
  type RuleResult,
  readDriverFolder,
} from '#lib/device-kit';
import { driverIndex } from './index.generated.js';

const root = import.meta.dirname;

test('the driver index names every folder', async () => {
  const source = await readFile(join(root, 'index.generated.ts'), 'utf8');
  expect(source).toBe(driverIndexSource(await findDrivers(root)));
});

describe.each(driverIndex.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
  const results: RuleResult[] = [];
  let folder: DriverFolder;

  beforeAll(async () => {
    folder = await readDriverFolder(join(root, id), {
      loadDevice: entry.load,
      loadSimulator: entry.loadSimulator,
    });
  });

  test.each(CONFORMANCE_RULES.map((rule) => [rule.id, rule.title, rule] as const))(
    'rule %i: %s',
    async (_number, _title, rule) => {
      const result = await checkRule(rule, folder);
      results.push(result);
      expect(result.outcome === 'failed' ? result.detail : 'holds').toBe('holds');
    },
    60_000,
  );

  test('claims no more quality than it has', () => {
    expect(falseClaim(folder.quality, results)).toBeNull();
  });
});
