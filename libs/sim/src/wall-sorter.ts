import type { PutInstruction, PutOutcome, PutWallView, WallShortOutcome, WhatIs } from '#lib/contracts';
import { type CoreClient, Refused } from './core-client.js';
import type { FaultRates } from './faults.js';
import type { Measures } from './measures.js';
import type { Seeded } from './seeded.js';
import type { Tally } from './tally.js';
import { pause } from './waiting.js';

export interface WallSorterSetting {
  core: CoreClient;
  stationCode: string;
  /** Totes that somebody at a wall has in hand. */
  inWork: Set<string>;
  /** What is printed on one unit of this item. */
  unitCode: (sku: string) => string;
  /** Slots that are complete, for whoever packs them next. */
  onSlots: (plates: string[]) => void;
  onEmptyTote: (lpn: string) => void;
  /** How long a hand movement takes, milliseconds. */
  handMs: number;
  rates: FaultRates;
  dice: Seeded;
  measures: Measures;
  tally: Tally;
  signal: AbortSignal;
}

/** Whoever finds no tote looks again soon, and then less and less often. */
const IDLE_MIN_MS = 300;
const IDLE_MAX_MS = 2_000;
/** A slot that no wall of the demo has. */
const NO_SLOT = 'T-999999';

interface Scans {
  containerScan: string;
  itemScan: string;
}

/** A person at a put wall: takes what lies in the totes of batch runs, one unit at a time, and puts it where the screen says. */
export class WallSorter {
  private readonly path: string;

  constructor(private readonly set: WallSorterSetting) {
    this.path = `/picking/put-walls/${set.stationCode}`;
  }

  async work(): Promise<void> {
    const { core, inWork, signal } = this.set;
    for (let waitMs = IDLE_MIN_MS; !signal.aborted; ) {
      const tote = (await this.look()).totes.find(({ lpn }) => !inWork.has(lpn));
      if (tote) await this.trying(tote.lpn, () => this.sortTote(tote.lpn));
      else await pause(waitMs, signal);
      waitMs = tote ? IDLE_MIN_MS : Math.min(IDLE_MAX_MS, waitMs * 2);
    }
    core.close();
  }

  private async look(): Promise<PutWallView> {
    const wall = await this.set.core.get<PutWallView>(this.path);
    this.set.onSlots(wall.slots.filter(({ state }) => state === 'complete').map(({ code }) => code));
    return wall;
  }

  /** A refusal is read, told and worked around, as a person would; anything else ends the simulation. */
  private async trying(lpn: string, work: () => Promise<void>): Promise<void> {
    const { inWork, tally, signal } = this.set;
    inWork.add(lpn);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      tally.note('put refused', `${lpn}: ${error.message}`);
      await pause(500, signal);
    } finally {
      inWork.delete(lpn);
    }
  }

  /** Unit by unit until the tote is empty. One that has rolled under the wall is not found: the rest is reported missing. */
  private async sortTote(lpn: string): Promise<void> {
    const { unitCode, dice, rates, tally, signal, onEmptyTote } = this.set;
    let lost = 0;
    for (const { sku, units } of await this.contents(lpn)) {
      for (let left = units; left > 0 && !signal.aborted; left -= 1) {
        if (dice.chance(rates.short)) lost += 1;
        else if (await this.putUnit({ containerScan: lpn, itemScan: unitCode(sku) })) onEmptyTote(lpn);
      }
      await this.look();
    }
    tally.count('totes sorted');
    if (lost === 0 || signal.aborted) return;
    const eventId = crypto.randomUUID();
    const report = { eventId, containerScan: lpn };
    await this.set.core.post<WallShortOutcome>(`${this.path}/short`, report, eventId);
    tally.count('shorts at the wall');
    onEmptyTote(lpn);
  }

  /** What lies in the tote: a person sees it, the simulation asks. */
  private async contents(lpn: string): Promise<{ sku: string; units: number }[]> {
    const { facts } = await this.set.core.get<WhatIs>(`/floor/what-is?scan=${lpn}`);
    return facts
      .map(({ label, value }) => ({ sku: label.split(' lot ')[0]!, units: Number(value) }))
      .filter(({ units }) => units > 0);
  }

  /** @returns whether the tote is empty now */
  private async putUnit(scans: Scans): Promise<boolean> {
    const { core, handMs, rates, dice, measures, tally, signal } = this.set;
    await pause(handMs, signal);
    const { slot } = await measures.time('wall-sort', () =>
      core.post<PutInstruction>(`${this.path}/sort`, scans),
    );
    await pause(handMs, signal);
    if (dice.chance(rates.wrongScan)) await this.wrongly(scans);
    const eventId = crypto.randomUUID();
    const put = { eventId, ...scans, slotScan: slot };
    const { toteEmpty } = await measures.time('wall-put', () =>
      core.post<PutOutcome>(`${this.path}/put`, put, eventId),
    );
    tally.acts.push(eventId);
    tally.count('puts');
    return toteEmpty;
  }

  /** A slot that the wall has not must be refused and change nothing. */
  private async wrongly(scans: Scans): Promise<void> {
    const { core, tally } = this.set;
    const put = { eventId: crypto.randomUUID(), ...scans, slotScan: NO_SLOT };
    tally.count('wrong scans');
    const told = await core.post(`${this.path}/put`, put).then(
      () => 'taken',
      (error: unknown) => (error instanceof Refused ? error.code : Promise.reject(error)),
    );
    if (told !== 'picking.wrong-slot') tally.fault('wrong-scan-changed-something', `${NO_SLOT} was ${told}`);
  }
}
