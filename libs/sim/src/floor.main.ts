import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ItemView, Page, WaveTemplateView } from '#lib/contracts';
import { allOf, CoreClient } from './core-client.js';
import { demoCrew } from './demo-crew.js';
import { type FaultRates, NO_FAULTS } from './faults.js';
import { SimulatedFloor } from './floor.js';
import { Measures } from './measures.js';
import { makeOrders } from './orders.js';
import { readCommands } from './paper-reader.js';
import { Seeded } from './seeded.js';
import { Tally } from './tally.js';
import { pause } from './waiting.js';

/**
 * The demo's floor: simulated hardware on ptys, TCP and MQTT, people at work, and merchants who keep ordering. Environment: API_URL,
 * AGENT_CONFIG (where the agent's configuration is written), MQTT_URL and AGENT_SECRET (for PLCs that speak MQTT).
 * Says `{"ready": true}` to its parent when the hardware is there.
 */

/** A quiet day with the small mishaps that make a board worth watching. */
const DEMO_DAY: FaultRates = {
  ...NO_FAULTS,
  wrongScan: 0.02,
  noRead: 0.02,
  laneFull: 0.01,
  short: 0.004,
  mediaOut: 0.004,
  doubleChannel: 0.02,
};

const FIRST_ORDERS = 40;
const ORDERS_AT_ONCE_MAX = 60;
/** Orders for the put wall wait until somebody plans a wave of them: half a wall, so that whoever looks finds some. */
const WALL_ORDERS = 12;
const ORDER_EVERY_MS = 4_000;
const PATIENCE_MS = 10 * 60_000;

async function main(): Promise<void> {
  const { API_URL, AGENT_CONFIG, MQTT_URL, AGENT_SECRET } = process.env;
  if (!API_URL || !AGENT_CONFIG) throw new Error('API_URL and AGENT_CONFIG must be set');
  const crew = await demoCrew();
  const dir = dirname(AGENT_CONFIG);
  await mkdir(dir, { recursive: true });
  const dice = new Seeded(Date.now() & 0x7fffffff);
  const floor = new SimulatedFloor({
    apiUrl: API_URL,
    office: crew.office,
    people: crew.people,
    site: crew.site,
    agent: crew.agent,
    dir,
    mqtt:
      MQTT_URL && AGENT_SECRET
        ? { url: MQTT_URL, username: `${crew.site}/${crew.agent}`, password: AGENT_SECRET }
        : null,
    dice,
    rates: DEMO_DAY,
    measures: new Measures(),
    tally: new Tally(),
    readPaper: readCommands,
    pace: {
      handMs: 180,
      metreMs: 40,
      travelMs: 1_200,
      gapMs: 500,
      labelMs: 300,
      settleMs: 200,
      idleMs: 15_000,
    },
    truckParcels: 25,
    dockers: 1,
    sorters: 1,
    releaseByClick: false,
    patienceMs: PATIENCE_MS,
  });
  await floor.plugIn();
  process.send?.({ ready: true });
  const leave = (): void => void floor.close().then(() => process.exit(0));
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  process.once('disconnect', leave);
  await Promise.all([floor.open(), keepOrdering(API_URL, crew.office, dice.fork('orders'), floor)]);
}

/** Merchants order now and then, as long as the floor keeps up. */
async function keepOrdering(
  apiUrl: string,
  office: { email: string; password: string },
  dice: Seeded,
  floor: SimulatedFloor,
): Promise<void> {
  const core = new CoreClient(apiUrl, { patienceMs: PATIENCE_MS });
  await core.signInByPassword(office.email, office.password);
  const items = await allOf<ItemView>(core, '/items');
  const { items: services } = await core.get<{ items: { carrier: string; service: string }[] }>(
    '/sites/carrier-services',
  );
  const offered = services.map(({ carrier, service }) => ({ carrier, service }));
  const send = async (count: number, some: readonly ItemView[]): Promise<void> => {
    if (some.length === 0) return;
    for (const order of makeOrders(count, dice.fork(String(dice.next())), some, offered))
      await core.post('/orders', order);
  };
  for (let count = FIRST_ORDERS; !floor.signal.aborted; ) {
    if (floor.failure) throw floor.failure;
    const { merchantCodes, matching } = await wallTemplate(core);
    const forWall = items.filter((item) => merchantCodes.includes(item.merchantCode));
    await send(Math.max(0, WALL_ORDERS - matching), forWall);
    const board = await core.get<{ stages: { stage: string; orders: number }[] }>('/tower/board');
    const open = board.stages
      .filter((each) => each.stage !== 'shipped')
      .reduce((sum, each) => sum + each.orders, 0);
    if (open < ORDERS_AT_ONCE_MAX + WALL_ORDERS) {
      const others = items.filter((item) => !forWall.includes(item));
      await send(count, others);
      count = dice.between(1, 5);
    }
    await pause(ORDER_EVERY_MS, floor.signal);
  }
}

/** Whose orders go over the put wall, and how many of them wait; nobody's where the template was taken away. */
async function wallTemplate(core: CoreClient): Promise<{ merchantCodes: string[]; matching: number }> {
  const { items } = await core.get<Page<WaveTemplateView>>('/waves/templates');
  const wall = items.find(({ pipeline }) =>
    pipeline.some((step) => step.name === 'batch' && step.method === 'batch'),
  );
  return { merchantCodes: wall?.filter.merchantCodes ?? [], matching: wall?.matching ?? WALL_ORDERS };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
