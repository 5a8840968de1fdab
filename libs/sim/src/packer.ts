import { encodeHouseCode } from '#lib/barcodes';
import type { CloseOutcome, FloorLive, PackView } from '#lib/contracts';
import type { CompleteSlots } from './complete-slots.js';
import { type CoreClient, Refused } from './core-client.js';
import type { FaultRates } from './faults.js';
import type { Measures } from './measures.js';
import type { Paper, PaperTray } from './paper.js';
import { ScanSource, type Trigger } from './scan-source.js';
import type { Seeded } from './seeded.js';
import type { Tally } from './tally.js';
import { Bell, pause, until } from './waiting.js';

export interface BenchScale {
  load(grams: number): void;
}

export interface BenchPrinter {
  mediaOut(): void;
  mediaIn(): void;
  resetInNextLabel(afterBytes?: number): void;
}

export interface PackerSetting {
  core: CoreClient;
  stationCode: string;
  trigger: Trigger | null;
  scale: BenchScale;
  printer: BenchPrinter;
  tray: PaperTray;
  /** True weight of one unit, grams. */
  unitGrams: (sku: string) => number;
  /** The parcel goes onto the belt. */
  onParcel: (parcel: { parcelId: string; code: string; sscc: string }) => void;
  /** Slots of put walls that wait for somebody to pack them. */
  slots: CompleteSlots;
  /** An emptied tote stands ready again. */
  onEmptyTote: (lpn: string) => void;
  handMs: number;
  rates: FaultRates;
  dice: Seeded;
  measures: Measures;
  tally: Tally;
  signal: AbortSignal;
}

/** What `GET /packing/stations/:code` says is waiting at a bench. */
interface BenchWork {
  totes: { lpn: string }[];
  /** Begun and not finished: a carton on the table whose label went wrong. */
  parcels: { parcelId: string; tote: string | null }[];
}

/** Whoever finds nothing to pack looks again soon, and then less and less often. */
const IDLE_MIN_MS = 250;
const IDLE_MAX_MS = 2_000;
const PRINT_LIMIT_MS = 60_000;
const WEIGHT_LIMIT_MS = 12_000;

/** A person at a pack bench: tote, items, scale, label. */
export class Packer {
  private readonly source: ScanSource;
  private readonly scans: string[] = [];
  private readonly weights = new Bell<FloorLive['floor.weight']>();
  private readonly prints = new Bell<FloorLive['floor.print']>();

  constructor(private readonly set: PackerSetting) {
    this.source = new ScanSource((scan) => this.scans.push(scan.raw), set, set.trigger);
  }

  async work(): Promise<void> {
    const { core, signal } = this.set;
    await core.hear((topic, data) => {
      if (topic === 'floor.scan') this.source.hearSerial(data as never);
      else if (topic === 'floor.weight') this.weights.ring(data as never);
      else if (topic === 'floor.print') this.prints.ring(data as never);
    });
    for (let waitMs = IDLE_MIN_MS; !signal.aborted; ) {
      const waiting = await core.get<BenchWork>(`/packing/stations/${this.set.stationCode}`);
      const tote = waiting.totes[0];
      const begun = waiting.parcels[0];
      const slot = tote ? null : this.set.slots.take();
      if (tote) await this.trying(tote.lpn, () => this.packTote(tote.lpn));
      else if (slot) await this.packSlot(slot);
      else if (begun) await this.trying(begun.parcelId, () => this.finish(begun.parcelId, begun.tote));
      else await pause(waitMs, signal);
      waitMs = tote || slot || begun ? IDLE_MIN_MS : Math.min(IDLE_MAX_MS, waitMs * 2);
    }
    core.close();
  }

  /** A refusal is read, told and worked around, as a person would; anything else ends the simulation. */
  private async trying(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.set.tally.note('pack refused', `${what}: ${error.message}`);
      await pause(500, this.set.signal);
    }
  }

  private async packTote(lpn: string): Promise<void> {
    const containerScan = await this.scan(lpn);
    const opened = await this.set.core.post<PackView>('/packing/open', {
      containerScan,
      stationCode: this.set.stationCode,
    });
    await this.complete(opened, lpn);
  }

  /** The slot stays in its wall: it is no tote that stands empty afterwards. */
  private async packSlot(plate: string): Promise<void> {
    const { core, stationCode, slots, tally } = this.set;
    await this.trying(plate, async () => {
      const containerScan = await this.scan(plate);
      const opened = await core.post<PackView>('/packing/open', { containerScan, stationCode });
      await this.complete(opened, null);
      tally.count('slots packed');
    }).finally(() => slots.giveBack(plate));
  }

  private async finish(parcelId: string, lpn: string | null): Promise<void> {
    await this.complete(await this.set.core.get<PackView>(`/packing/parcels/${parcelId}`), lpn);
  }

  /** From whatever state the parcel is in to the belt. */
  private async complete(found: PackView, lpn: string | null): Promise<void> {
    let pack = found;
    if (pack.parcelState === 'open') pack = await this.weigh(await this.packItems(pack));
    await this.label(pack);
    if (lpn) this.set.onEmptyTote(lpn);
  }

  private async packItems(opened: PackView): Promise<PackView> {
    const { core, dice, rates, tally, measures } = this.set;
    let pack = opened;
    if (dice.chance(rates.wrongScan)) await this.wrongItem(pack);
    for (;;) {
      const line = pack.lines.find((each) => each.packed < each.picked);
      if (!line) return pack;
      const barcode =
        line.barcodes.find((each) => each.quantity === 1)?.code ?? encodeHouseCode('item', line.sku);
      const itemScan = await this.scan(barcode);
      const eventId = crypto.randomUUID();
      pack = await measures.time('pack-scan', () =>
        core.post<PackView>(`/packing/parcels/${pack.parcelId}/items`, { eventId, itemScan }, eventId),
      );
      tally.acts.push(eventId);
      tally.count('units packed');
    }
  }

  private async wrongItem(pack: PackView): Promise<void> {
    const { core, tally } = this.set;
    const itemScan = await this.scan('04006381333931');
    tally.count('wrong scans');
    try {
      await core.post(`/packing/parcels/${pack.parcelId}/items`, { eventId: crypto.randomUUID(), itemScan });
      tally.fault('wrong-scan-changed-something', `the bench took ${itemScan}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const now = await core.get<PackView>(`/packing/parcels/${pack.parcelId}`);
      if (JSON.stringify(now.lines) !== JSON.stringify(pack.lines)) {
        tally.fault('wrong-scan-changed-something', `a refused item changed parcel ${pack.parcelId}`);
      }
    }
  }

  private async weigh(pack: PackView): Promise<PackView> {
    const { core, dice, rates, tally, measures } = this.set;
    const truth = pack.lines.reduce(
      (sum, line) => sum + line.inThisParcel * this.set.unitGrams(line.sku),
      pack.carton.tareGrams,
    );
    let leaning = dice.chance(rates.badWeight);
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const grams = truth + (leaning ? dice.between(400, 1_500) : 0);
      const readingId = await this.weightOf(grams);
      if (!readingId) continue;
      if (attempt === 1) this.troubleAtThePrinter();
      const eventId = crypto.randomUUID();
      const answer = await measures.time('pack-close', () =>
        core.post<CloseOutcome>(`/packing/parcels/${pack.parcelId}/close`, { eventId, readingId }, eventId),
      );
      if (answer.outcome === 'closed') return answer.pack;
      tally.count('weight mismatches');
      if (!leaning)
        tally.note(
          'weight refused',
          `${pack.parcelId}: ${answer.weightGrams} g, expected ${answer.expectedGrams} g`,
        );
      leaning = false;
    }
    throw new Error(`the weight of parcel ${pack.parcelId} was never taken`);
  }

  private troubleAtThePrinter(): void {
    const { dice, rates, printer, tally } = this.set;
    if (dice.chance(rates.mediaOut)) {
      tally.count('printers out of labels');
      printer.mediaOut();
    } else if (dice.chance(rates.printerReset)) {
      tally.count('printers reset in mid-label');
      printer.resetInNextLabel(200);
    }
  }

  /** Puts the carton on the pan and waits for the screen to show a stable weight. */
  private async weightOf(grams: number): Promise<string | null> {
    this.set.scale.load(0);
    await pause(Math.max(20, this.set.handMs), this.set.signal);
    const stable = this.weights.next(
      WEIGHT_LIMIT_MS,
      (weight) => weight.readingId !== null && Math.abs(weight.grams - grams) <= 5,
    );
    const startedAt = performance.now();
    this.set.scale.load(grams);
    const weight = await stable;
    if (!weight) return null;
    this.set.measures.add('weight-to-screen', performance.now() - startedAt);
    return weight.readingId;
  }

  private async label(closed: PackView): Promise<void> {
    const { core, tally, measures } = this.set;
    let pack = closed;
    const startedAt = performance.now();
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      pack = await this.printed(pack);
      if (pack.print?.state === 'printed' || pack.parcelState === 'labelled') {
        if (attempt === 1) measures.add('close-to-printed', performance.now() - startedAt);
        if (await this.stickNewest(pack)) return;
      }
      tally.count('reprints');
      this.set.printer.mediaIn();
      const eventId = crypto.randomUUID();
      const reason = pack.print?.state === 'unknown' ? 'unknown' : 'media';
      pack = await core.post<PackView>(
        `/packing/parcels/${pack.parcelId}/reprint`,
        { eventId, reason },
        eventId,
      );
    }
    throw new Error(`parcel ${pack.parcelId} never got its label`);
  }

  /** Waits until the print has ended one way or the other; the screen would ask again after a missed event, and so does this. */
  private async printed(pack: PackView): Promise<PackView> {
    return until(
      `the print of parcel ${pack.parcelId}`,
      { limitMs: PRINT_LIMIT_MS, everyMs: 0 },
      async () => {
        const told = this.prints.next(
          1_000,
          (print) => print.parcelId === pack.parcelId && print.state !== 'sent',
        );
        const now = await this.set.core.get<PackView>(`/packing/parcels/${pack.parcelId}`);
        const state = now.print?.state;
        if (
          state === 'printed' ||
          state === 'failed' ||
          state === 'unknown' ||
          now.parcelState === 'labelled'
        )
          return now;
        await told;
        return null;
      },
    );
  }

  /** Scans what lies in the tray; a paper that was replaced is thrown away and the next one taken. False: there is none. */
  private async stickNewest(pack: PackView): Promise<boolean> {
    const { tray, tally } = this.set;
    for (;;) {
      const paper = await tray.take(pack.sscc ?? '', 5_000);
      if (!paper) return false;
      try {
        return await this.stick(pack, paper);
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'packing.old-label') throw error;
        tally.count('replaced papers refused');
        tray.discard(paper);
      }
    }
  }

  /** The label on the carton, scanned, and off it goes. */
  private async stick(pack: PackView, paper: Paper): Promise<boolean> {
    const { core, tally } = this.set;
    if (paper.sscc !== pack.sscc) {
      tally.fault('label-differs', `paper says ${paper.sscc}, parcel ${pack.parcelId} is ${pack.sscc}`);
      return false;
    }
    const labelScan = await this.scan(paper.squareCode);
    const eventId = crypto.randomUUID();
    await core.post<PackView>(
      `/packing/parcels/${pack.parcelId}/confirm-label`,
      { eventId, labelScan },
      eventId,
    );
    this.set.scale.load(0);
    tally.count('parcels packed');
    this.set.onParcel({ parcelId: pack.parcelId, code: paper.belt, sscc: pack.sscc ?? '' });
    return true;
  }

  /** Pulls the trigger until the screen has the scan; answers it as the page got it. */
  private async scan(code: string): Promise<string> {
    await pause(this.set.handMs, this.set.signal);
    const from = this.scans.length;
    const twice = this.set.trigger !== null && this.set.dice.chance(this.set.rates.doubleChannel);
    await this.source.scan(code, twice);
    this.set.tally.count('scans');
    return this.scans.slice(from).find((raw) => raw.endsWith(code)) ?? code;
  }
}
