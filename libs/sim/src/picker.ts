import { encodeHouseCode } from '#lib/barcodes';
import type { PickTaskView, RunView } from '#lib/contracts';
import type { WalkPlace } from '#lib/planning';
import type { CoreClient } from './core-client.js';
import type { FaultRates } from './faults.js';
import type { FloorPlan } from './floor-plan.js';
import { Handheld, type Shown } from './handheld.js';
import type { Measures } from './measures.js';
import { ScanSource, type Trigger } from './scan-source.js';
import type { Seeded } from './seeded.js';
import type { Tally } from './tally.js';
import { pause } from './waiting.js';
import type { WalkedStop, WalkLog } from './walk-log.js';

/** Whoever finds no run looks again soon, and then less and less often. */
const IDLE_MIN_MS = 300;
const IDLE_MAX_MS = 3_000;

export interface PickerSetting {
  core: CoreClient;
  cartScan: string;
  /** The serial scanner of the station; null for a handheld whose scanner types. */
  trigger: Trigger | null;
  /** Totes that stand empty, shared by all pickers. */
  emptyTotes: string[];
  /** How long a hand movement takes, milliseconds. */
  handMs: number;
  /** How long a metre of walk takes, milliseconds. */
  metreMs: number;
  plan: FloorPlan;
  /** The station where this person takes the cart. */
  parkCode: string;
  walks: WalkLog;
  /** Numbers of the waves that a person released; all others come from a channel. */
  waves: ReadonlySet<number>;
  rates: FaultRates;
  dice: Seeded;
  measures: Measures;
  tally: Tally;
  signal: AbortSignal;
}

/** A person with a cart and a handheld: reads the screen, walks, scans, and now and then gets it wrong. */
export class Picker {
  private readonly handheld: Handheld;
  private readonly source: ScanSource;
  private shown: Shown = 'good';

  constructor(private readonly set: PickerSetting) {
    this.handheld = new Handheld(set.core, set.measures, set.tally);
    this.source = new ScanSource((scan) => this.hear(scan.raw), set, set.trigger);
  }

  private hear(raw: string): void {
    if (this.handheld.run) this.shown = this.handheld.scan(raw);
  }

  async work(): Promise<void> {
    const { core, signal, cartScan } = this.set;
    await core.hear((topic, data) => {
      if (topic === 'floor.scan') this.source.hearSerial(data as never);
    });
    await this.handheld.resume();
    for (let waitMs = IDLE_MIN_MS; !signal.aborted; ) {
      if (this.handheld.run || (await this.handheld.claim(cartScan))) {
        await this.walk();
        waitMs = IDLE_MIN_MS;
        continue;
      }
      await pause(waitMs, signal);
      waitMs = Math.min(IDLE_MAX_MS, waitMs * 2);
    }
    core.close();
  }

  /** One run, stop by stop, then the totes to the station. */
  private async walk(): Promise<void> {
    const { signal, plan, parkCode } = this.set;
    const trip = { stops: [] as WalkedStop[], at: plan.stationAt(parkCode) as WalkPlace };
    while (this.handheld.run && !signal.aborted) {
      const need = this.handheld.need!;
      if (need.need !== 'station') {
        const stop = this.stopOf(this.handheld.task!);
        await this.walkTo(trip, stop);
        trip.stops.push(stop);
        await this.doTask(this.handheld.task!);
        continue;
      }
      // What the core made of our shorts may have added stops: look before walking away.
      await this.handheld.settle();
      if (!this.handheld.run || this.handheld.need?.need !== 'station') continue;
      const { run } = this.handheld;
      const station = need.code ?? run.dropStation?.code ?? '';
      await this.walkTo(trip, plan.stationAt(station));
      await this.scan(station);
      await this.handheld.settle();
      if (this.handheld.run?.id !== run.id) this.tripEnded(run, trip.stops, station);
    }
    for (const refusal of this.handheld.refusals.splice(0)) this.set.tally.note('pick refused', refusal);
  }

  private stopOf({ location, slot }: PickTaskView): WalkedStop {
    const orderId = this.handheld.run!.slots.find((each) => each.slot === slot)?.orderId ?? '';
    const { xMm, yMm } = location;
    return { orderId, xMm, yMm, aisleId: `${location.zone}/${location.aisle}` };
  }

  private async walkTo(trip: { at: WalkPlace }, to: WalkPlace): Promise<void> {
    const { plan, metreMs, signal } = this.set;
    if (metreMs > 0) await pause((plan.walkMm(trip.at, to) / 1_000) * metreMs, signal);
    trip.at = to;
  }

  private tripEnded(run: RunView, stops: WalkedStop[], station: string): void {
    const { walks, waves, plan, parkCode, tally } = this.set;
    tally.count('runs');
    // Walks are compared order by order; a batch run picks for many at each stop.
    if (run.method === 'batch') return;
    walks.add({
      by: waves.has(run.waveNumber) ? 'wave' : 'channel',
      slots: run.cart.slots,
      start: plan.stationAt(parkCode),
      stops,
      end: plan.stationAt(station),
    });
  }

  private async doTask(task: PickTaskView): Promise<void> {
    const { dice, rates, tally } = this.set;
    const taskId = task.id;
    const here = encodeHouseCode('location', task.location.code);
    if (dice.chance(rates.wrongScan)) await this.wrongly(`L-${task.location.code}-9`);
    if (this.handheld.need?.need === 'location') await this.scan(here);
    if (dice.chance(rates.wrongScan)) await this.wrongly('04006381333931');
    const missing = dice.chance(rates.short) ? dice.between(1, task.quantity) : 0;
    const wanted = task.quantity - missing;
    const barcode =
      task.item.barcodes.find((each) => each.quantity === 1)?.code ?? encodeHouseCode('item', task.item.sku);
    while (this.handheld.task?.id === taskId && this.handheld.units < wanted) await this.scan(barcode);
    if (missing > 0) {
      tally.count('shorts');
      this.handheld.short(wanted === 0 ? 'empty' : 'fewer');
    }
    if (this.handheld.task?.id === taskId && this.handheld.need?.need === 'tote')
      await this.scan(this.toteFor(task));
    tally.count('stops');
  }

  private toteFor(task: PickTaskView): string {
    const need = this.handheld.need;
    const lpn = need?.need === 'tote' ? need.lpn : task.lpn;
    const begun = this.begunTote(task);
    const tote = lpn ?? begun ?? this.set.emptyTotes.shift();
    if (!tote) throw new Error('no empty tote is left on the floor');
    return tote;
  }

  /** A batch run's goods go into one tote, but for lots: those of one item have to stay apart. */
  private begunTote(task: PickTaskView): string | null {
    const { run } = this.handheld;
    if (run?.method !== 'batch' || task.lot !== '') return null;
    return run.tasks.findLast((each) => each.lpn !== null && each.lot === '')?.lpn ?? null;
  }

  private async scan(code: string): Promise<void> {
    await pause(this.set.handMs, this.set.signal);
    const twice = this.set.trigger !== null && this.set.dice.chance(this.set.rates.doubleChannel);
    await this.source.scan(code, twice);
    this.set.tally.count('scans');
  }

  /** A wrong scan must say so and change nothing. */
  private async wrongly(code: string): Promise<void> {
    const before = JSON.stringify([this.handheld.need, this.handheld.units, this.handheld.task?.id]);
    await this.scan(code);
    const after = JSON.stringify([this.handheld.need, this.handheld.units, this.handheld.task?.id]);
    this.set.tally.count('wrong scans');
    if (this.shown !== 'wrong' || before !== after) {
      this.set.tally.fault('wrong-scan-changed-something', `${code}: ${before} became ${after}`);
    }
  }
}
