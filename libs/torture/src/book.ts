import type { KeptRecord } from './edge.js';

/** A correction of stock that a clerk has sent, and what the clerk was told. */
export interface Act {
  eventId: string;
  sku: string;
  place: string;
  quantity: number;
  told: 'nothing' | 'done' | 'refused';
  /** When the clerk was told; performance.now(). */
  toldAtMs: number;
}

export interface Arrival {
  agent: string;
  point: string;
  trackId: number;
  seq: number;
}

/** What people and devices did and were told, written down by those who did it: nothing here comes from the product's own tables. */
export class Book {
  /** Records whose keeping an agent has promised, by id. */
  readonly kept = new Map<string, KeptRecord & { agent: string }>();
  readonly acts = new Map<string, Act>();
  readonly arrivals: Arrival[] = [];
  /** Labels that came out, by job id. */
  readonly paper = new Map<string, number>();
  scans = 0;
  printsAsked = 0;
  /** Records on disks that are no longer there, and when each disk left. */
  private readonly departed: { ids: string[]; atMs: number }[] = [];

  keep(agent: string, records: readonly KeptRecord[]): void {
    for (const record of records) this.kept.set(record.id, { ...record, agent });
  }

  /** As {@link keep}, by an agent that told all and was then taken away with its disk. */
  keepDeparted(agent: string, records: readonly KeptRecord[]): void {
    this.keep(agent, records);
    this.departed.push({ ids: records.map(({ id }) => id), atMs: performance.now() });
  }

  label(zpl: string): void {
    const job = /\^FXjob ([^^]+)\^FS/.exec(zpl)?.[1] ?? 'without a job';
    this.paper.set(job, (this.paper.get(job) ?? 0) + 1);
  }

  /** A database that was restored does not know what came after its backup. Acts are the clerks' to repeat; readings are not. */
  forgetActsSince(atMs: number): number {
    let forgotten = 0;
    for (const [id, act] of this.acts) {
      if (act.told === 'nothing' || act.toldAtMs < atMs) continue;
      this.acts.delete(id);
      forgotten += 1;
    }
    return forgotten;
  }

  /** Nobody can feed a restored database with what lay on a disk that left after its backup. */
  forgetDepartedSince(atMs: number): void {
    for (const { ids } of this.departed.filter((disk) => disk.atMs >= atMs))
      for (const id of ids) this.kept.delete(id);
  }
}
