import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { crewFor, writeDay } from './day-site.js';
import { demoCrew, demoDirectory } from './demo-crew.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wavehouse-day-'));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const read = async <T>(name: string): Promise<T> => parse(await readFile(join(dir, name), 'utf8')) as T;

describe('crewFor', () => {
  it('is the crew of the demo for a small day and grows with the orders up to a limit', () => {
    expect(crewFor(100)).toEqual({ benches: 4, pickers: 6, dockers: 1, sorters: 1 });
    expect(crewFor(3_000)).toEqual({ benches: 10, pickers: 15, dockers: 2, sorters: 2 });
    expect(crewFor(1_000_000)).toEqual({ benches: 16, pickers: 24, dockers: 4, sorters: 4 });
  });
});

describe('writeDay', () => {
  it('adds places, devices, people and goods for a larger crew', async () => {
    await writeDay(await demoDirectory(), dir, { crew: crewFor(5_000), orders: 5_000 });
    const { stations } = await read<{ stations: { code: string; kind: string }[] }>('site.yaml');
    const { devices } = await read<{ devices: { kind: string; station: string }[] }>('devices.yaml');
    const benches = stations.filter(({ kind }) => kind === 'pack-bench');
    expect(benches).toHaveLength(16);
    for (const { code } of benches)
      expect(devices.filter(({ station }) => station === code).map(({ kind }) => kind)).toEqual([
        'scanner',
        'scale',
        'printer',
      ]);
    expect(stations.filter(({ kind }) => kind === 'pick-start')).toHaveLength(24);
    expect(new Set(stations.map(({ code }) => code)).size).toBe(stations.length);
    expect((await demoCrew(dir)).people.length).toBeGreaterThanOrEqual(16 + 24 + 4);
    expect(await readFile(join(dir, 'stock.csv'), 'utf8')).toContain('KOPI,KOP-001,640,,');
  });

  it('sends the orders of some merchants over the put wall, which no other template takes', async () => {
    await writeDay(await demoDirectory(), dir, { crew: crewFor(5_000), orders: 5_000 });
    const { putWalls } = await read<{ putWalls: { rows: number; columns: number }[] }>('site.yaml');
    const { templates, channels } = await read<{
      templates: { name: string; method?: string; filter: { merchantCodes: string[] } }[];
      channels: { template: string; maxInFlight: number }[];
    }>('waves.yaml');
    const wall = templates.find(({ method }) => method === 'batch')!;
    const [one] = putWalls;
    expect(channels.find(({ template }) => template === wall.name)).toMatchObject({
      maxInFlight: one!.rows * one!.columns,
    });
    for (const { filter } of templates.filter((each) => each !== wall)) {
      expect(filter.merchantCodes.length).toBeGreaterThan(0);
      expect(wall.filter.merchantCodes.filter((code) => filter.merchantCodes.includes(code))).toEqual([]);
    }
  });
});
