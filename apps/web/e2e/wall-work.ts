import { encodeHouseCode } from '#lib/barcodes';
import type { ItemView, Page, RunView, WaveTemplateView, WaveView } from '#lib/contracts';
import { CoreClient, until } from '#lib/sim';

const WALL = 'S-WALL-01';
const MERCHANT = 'LUMEN';
const PLAN_LIMIT = { limitMs: 40_000, everyMs: 100 };

/** A batch run that somebody has picked into one tote and not handed over yet. */
export interface WallWork {
  wall: string;
  tote: string;
  /** `twice` is for one order with two units of it; `both` for two orders; `lost` for one order and not in the tote, whatever the book says. */
  items: Record<'twice' | 'both' | 'lost', { sku: string; unit: string }>;
  /** External references: of `twice` and `both`; of `both`; of `lost`. */
  orders: [string, string, string];
  /** The totes change hands at the wall. */
  handOver(): Promise<void>;
}

/** Three small orders, a wave that picks them together, and the picker's part of it over HTTP as a handheld does. */
export async function pickForWall(
  core: CoreClient,
  picker: { url: string; badge: string; pin: string; park: string; cart: string; tote: string },
): Promise<WallWork> {
  const { items } = await core.get<Page<ItemView>>('/items?limit=200');
  const own = items.filter(({ merchantCode, tracking }) => merchantCode === MERCHANT && tracking === 'none');
  const [twice, both, lost] = own.map(named);
  const orders = await order(core, [
    [
      [twice!.sku, 2],
      [both!.sku, 1],
    ],
    [[both!.sku, 1]],
    [[lost!.sku, 1]],
  ]);
  await releaseBatch(core);
  const hand = new CoreClient(picker.url);
  await hand.signInByBadge(picker.badge, picker.pin, picker.park);
  const run = await pickAll(hand, picker);
  return {
    wall: WALL,
    tote: picker.tote,
    items: { twice: twice!, both: both!, lost: lost! },
    orders,
    handOver: async () => {
      await hand.post(`/picking/runs/${run.id}/drop`, { eventId: crypto.randomUUID(), stationScan: WALL });
      hand.close();
    },
  };
}

function named({ sku, barcodes }: ItemView): { sku: string; unit: string } {
  return {
    sku,
    unit: barcodes.find(({ quantity }) => quantity === 1)?.code ?? encodeHouseCode('item', sku),
  };
}

async function order(
  core: CoreClient,
  wanted: readonly (readonly (readonly [string, number])[])[],
): Promise<[string, string, string]> {
  const { items: services } = await core.get<{ items: { carrier: string; service: string }[] }>(
    '/sites/carrier-services',
  );
  const { carrier, service } = services[0]!;
  const refs: string[] = [];
  for (const [at, lines] of wanted.entries()) {
    const externalRef = `WALL-${at + 1}`;
    await core.post('/orders', {
      externalRef,
      merchantCode: MERCHANT,
      carrier,
      service,
      priority: 1,
      consignee: {
        name: 'Hana Muster',
        street: 'Lindenweg 7',
        city: 'Lyon',
        postcode: '69001',
        country: 'FR',
      },
      lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
    });
    refs.push(externalRef);
  }
  return refs as [string, string, string];
}

/** Nothing else in the house has their priority. */
async function releaseBatch(core: CoreClient): Promise<void> {
  const { items: known } = await core.get<Page<WaveTemplateView>>('/waves/templates');
  const made = await core.post<WaveTemplateView>('/waves/templates', {
    name: 'To the put wall',
    filter: { merchantCodes: [MERCHANT], priorityMax: 1 },
    limits: { ordersMax: 24, linesMax: 100, unitsMax: 200 },
    pipeline: known[0]!.pipeline.map((step) => (step.name === 'batch' ? { ...step, method: 'batch' } : step)),
  });
  const { id } = await core.post<WaveView>('/waves', { templateId: made.id });
  await until('the plan of the wave to the put wall', PLAN_LIMIT, async () => {
    const { state } = await core.get<WaveView>(`/waves/${id}`);
    return state === 'planned';
  });
  await core.post(`/waves/${id}/release`);
}

async function pickAll(hand: CoreClient, { cart, tote }: { cart: string; tote: string }): Promise<RunView> {
  const run = await hand.post<RunView>('/picking/runs/claim', { cartScan: cart });
  if (run?.method !== 'batch') throw new Error(`the next run is ${run?.method ?? 'none'}`);
  for (const task of run.tasks.toSorted((one, two) => one.sequence - two.sequence)) {
    const unit = task.item.barcodes.find(({ quantity }) => quantity === 1)!.code;
    await hand.post(`/picking/tasks/${task.id}/confirm`, {
      eventId: crypto.randomUUID(),
      locationScan: encodeHouseCode('location', task.location.code),
      itemScans: Array.from({ length: task.quantity }, () => unit),
      containerScan: tote,
      at: new Date().toISOString(),
    });
  }
  return run;
}
