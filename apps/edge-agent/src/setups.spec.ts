import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { DeviceSetup } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { Setups } from './setups.js';
import { Store } from './store.js';
import { TRIAL_MS } from './trial.js';

const log = pino({ level: 'silent' });
const setup = (port: number): DeviceSetup => ({
  driver: 'acme/scale',
  link: { kind: 'tcp-client', host: 'scale', port },
  config: {},
  simulated: false,
});

let dir: string;
let store: Store;
let setups: Setups;
/** What is attached, by device: the port of its link, or null. */
let attached: Map<string, unknown>;
let nowMs: number;

const portOf = (device: string) => attached.get(device);
const told = (device: string) => {
  const { revision, outcome } = setups.runs(device);
  return [revision, outcome?.result];
};

async function open(file: Record<string, DeviceSetup> = {}): Promise<void> {
  attached = new Map();
  setups = new Setups({
    ...{ store, log },
    file: new Map(Object.entries(file)),
    attach: async (device, { link }) => void attached.set(device, link.port),
    detach: async (device) => void attached.delete(device),
    check: async (_device, given) => ({
      errors: given.link.port === 0 ? [{ field: 'link.port', message: 'must be >= 1' }] : [],
      setup: given,
    }),
    onChange: () => undefined,
    nowMs: () => nowMs,
  });
  await setups.start();
}

const ready = (device: string) =>
  setups.hearState(device, { state: 'ready', since: '', lastReadingAt: null });
const lost = (device: string, reason: string) =>
  setups.hearState(device, { state: 'lost', reason, since: '', lastReadingAt: null });
const want = (device: string, revision: number, port: number | null) =>
  setups.take([{ device, revision, setup: port === null ? null : setup(port) }]);
/** The agent's clock moves on; setups look at it by themselves. */
const later = (ms: number) => {
  nowMs += ms;
};

beforeEach(async () => {
  nowMs = 0;
  dir = await mkdtemp(`${tmpdir()}/setups-`);
  store = await Store.open(dir, log);
});
afterEach(async () => {
  await setups.stop();
  await store.close();
  await rm(dir, { recursive: true });
});

const comes = (probe: () => boolean) => eventually(probe);

describe('setups', () => {
  it('begin with the file, until the core has a revision', async () => {
    await open({ one: setup(1) });
    expect([portOf('one'), ...told('one')]).toEqual([1, 0, undefined]);
    await want('one', 1, 2);
    expect([portOf('one'), ...told('one')]).toEqual([2, 1, 'trying']);
  });

  it('are proven by being ready for a while', async () => {
    await open();
    await want('one', 1, 2);
    ready('one');
    later(3_000);
    await comes(() => told('one')[1] === 'healthy');
    await want('one', 1, 2);
    expect(told('one')).toEqual([1, 'healthy']);
  });

  it('go back to the last good one after 30 seconds, and say why', async () => {
    await open({ one: setup(1) });
    await want('one', 1, 2);
    lost('one', 'scale:2 refuses the connection');
    later(TRIAL_MS);
    // The outcome is told before the old setup has opened its link again.
    await comes(() => told('one')[1] === 'rolled-back' && portOf('one') === 1);
    expect(told('one')).toEqual([0, 'rolled-back']);
    expect(setups.runs('one').outcome?.reason).toBe('scale:2 refuses the connection');
    await want('one', 1, 2);
    expect(portOf('one')).toBe(1);
    await want('one', 2, 3);
    expect([portOf('one'), ...told('one')]).toEqual([3, 2, 'trying']);
  });

  it('stay where there is nothing to go back to, and are proven whenever they get healthy', async () => {
    await open();
    await want('one', 1, 2);
    lost('one', 'no answer');
    later(TRIAL_MS);
    await comes(() => told('one')[1] === 'unproven');
    expect(portOf('one')).toBe(2);
    later(10 * TRIAL_MS);
    ready('one');
    later(3_000);
    await comes(() => told('one')[1] === 'healthy');
  });

  it('that hold errors are refused and never tried', async () => {
    await open({ one: setup(1) });
    await want('one', 1, 0);
    expect([portOf('one'), ...told('one')]).toEqual([1, 0, 'refused']);
    expect(setups.runs('one').outcome?.reason).toBe('link.port must be >= 1');
  });

  it('survive a restart, also when they are taken out; a trial begins anew', async () => {
    await open({ one: setup(1), two: setup(5) });
    await want('one', 1, 2);
    await want('two', 1, null);
    await setups.stop();
    await open({ one: setup(1), two: setup(5) });
    expect([portOf('one'), ...told('one')]).toEqual([2, 1, 'trying']);
    expect([portOf('two'), setups.takenOut().map(({ device }) => device)]).toEqual([undefined, ['two']]);
  });

  it('that the agent does not survive twice are given up', async () => {
    await open({ one: setup(1) });
    await want('one', 1, 2);
    for (let start = 0; start < 2; start += 1) {
      await setups.stop();
      await open({ one: setup(1) });
    }
    // The verdict is kept before the link is opened again.
    await comes(() => told('one')[1] === 'rolled-back' && portOf('one') === 1);
  });
});
