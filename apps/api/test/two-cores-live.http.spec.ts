import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '#lib/testkit';
import { Live } from '../src/platform/live.js';
import { type BootedApp, bootApp } from './booted-app.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

let cores: BootedApp[];
let site: SeededSite;
let sockets: Socket[];
/** What each core's page heard, by core. */
const heard: string[][] = [[], []];

/** Two applications on one database, and a page of the tower at each. */
beforeAll(async () => {
  const one = await bootApp({ LIVE_SHARED: '1' });
  const other = await bootApp({ LIVE_SHARED: '1' }, { ...one.database, drop: async () => {} });
  cores = [one, other];
  site = await seedSite(one);
  const token = await tokenOf(one, 'supervisor');
  sockets = cores.map(({ url }, at) => {
    const socket = io(`${url}/tower`, { transports: ['websocket'], auth: { token } });
    socket.on('live', ({ data }: { data: { text?: string } }) => heard[at]!.push(data.text ?? ''));
    return socket;
  });
  await eventually(() => expect(sockets.every(({ connected }) => connected)).toBe(true));
}, 120_000);
afterAll(async () => {
  process.env.LIVE_SHARED = '';
  for (const socket of sockets ?? []) socket.close();
  for (const core of [...(cores ?? [])].reverse()) await core.close();
});

const tell = (core: number, text: string) =>
  cores[core]!.app.get(Live).toTower(site.siteId, 'tower.event', {
    type: 'spec.said',
    text,
    orderId: null,
    parcelId: null,
    at: new Date().toISOString(),
  });
const times = (at: number, text: string) => heard[at]!.filter((each) => each === text).length;

it('what one core tells reaches the pages at the other once, long or short', async () => {
  // The listening connections open in the background: the first words may come before them.
  await eventually(
    () => {
      tell(0, 'first');
      tell(1, 'first');
      expect(Math.min(times(0, 'first'), times(1, 'first'))).toBeGreaterThan(1);
    },
    { limitMs: 20_000, everyMs: 200 },
  );
  const long = 'a long story '.repeat(2_000);
  for (const text of ['short', long]) {
    tell(0, text);
    tell(1, `${text}, back`);
  }
  await eventually(() => {
    for (const at of [0, 1])
      for (const text of ['short', 'short, back', long, `${long}, back`]) expect(times(at, text)).toBe(1);
  });
});

it('the board, which each core works out, goes to its own pages alone', async () => {
  cores[0]!.app.get(Live).toTower(site.siteId, 'board', { text: 'the board' } as never);
  tell(0, 'after the board');
  await eventually(() => expect([times(0, 'after the board'), times(1, 'after the board')]).toEqual([1, 1]));
  expect([times(0, 'the board'), times(1, 'the board')]).toEqual([1, 0]);
});
