import type { UplinkRecord } from '#lib/contracts';
import { seal, unseal } from './record.js';
import { recordKey, seqOf } from './record-keys.js';
import type { Change, Store } from './store.js';

/** Part of a stream: the records from `from` to `to`, as many as are there. */
export interface Part {
  name: string;
  device: string;
  from: number;
  to: number;
}

const CHUNK = 1_024;

/**
 * Copies records under their old ids into streams of an incarnation that does not begin before all is there: whatever dies meanwhile,
 * nothing has moved. Each device's records keep their order, and go on where the last call for the same part ended.
 */
export class Moving {
  private readonly heads = new Map<string, number>();
  private readonly nexts = new Map<string, number>();

  constructor(
    private readonly store: Store,
    readonly incarnation: string,
  ) {}

  /** The streams of the new incarnation, with their last sequences. */
  streams(): { name: string; device: string; head: number }[] {
    return [...this.heads].map(([device, head]) => ({ name: this.nameOf(device), device, head }));
  }

  /** What is readable of it. Answers how many records went along. */
  async copy(part: Part): Promise<number> {
    let copied = 0;
    for (let next = this.next(part); next <= part.to; next = this.next(part)) {
      const first = recordKey(part.name, next);
      const pairs = await this.store.range(first, recordKey(part.name, part.to), CHUNK);
      const last = pairs.length < CHUNK ? part.to : seqOf(pairs.at(-1)![0]);
      copied += await this.write(
        part,
        last,
        pairs.flatMap(([, text]) => unseal(text) ?? []),
      );
    }
    return copied;
  }

  /** Where copying of it goes on. */
  next({ name, from }: Part): number {
    return Math.max(from, this.nexts.get(name) ?? from);
  }

  private async write({ name, device }: Part, last: number, records: UplinkRecord[]): Promise<number> {
    const stream = this.nameOf(device);
    const head = this.heads.get(device) ?? 0;
    const changes = records.map((record, index): Change => {
      const { seq, text } = seal(record, stream, head + index + 1);
      return { type: 'put', key: recordKey(stream, seq), value: text };
    });
    if (changes.length > 0) {
      await this.store.commit(changes);
      this.heads.set(device, head + changes.length);
    }
    this.nexts.set(name, last + 1);
    return changes.length;
  }

  private nameOf(device: string): string {
    return `${device}~${this.incarnation}`;
  }
}
