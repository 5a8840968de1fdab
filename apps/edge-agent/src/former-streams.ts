import type { Change, Store } from './store.js';

interface Former {
  /** Which of the agent's beginnings ended it: 1, 2, 3 ... */
  ended: number;
  /** What the core had acknowledged by then; the rest moved on. */
  acked: number;
}

/**
 * Streams that nothing is added to any more and whose history the disk still keeps, for a core that is restored from before they ended.
 * It owns `f!<stream>` in the store.
 */
export class FormerStreams {
  private readonly all = new Map<string, Former>();

  private constructor() {}

  static async load(store: Store): Promise<FormerStreams> {
    const streams = new FormerStreams();
    for await (const [key, text] of store.pairs('f!')) {
      const [ended, acked] = text.split(' ').map(Number);
      streams.all.set(key.slice(2), { ended: ended!, acked: acked! });
    }
    return streams;
  }

  has(name: string): boolean {
    return this.all.has(name);
  }

  /** The oldest first. */
  names(): string[] {
    return [...this.all].sort(([, one], [, two]) => one.ended - two.ended).map(([name]) => name);
  }

  incarnations(): string[] {
    return [...new Set(this.names().map((name) => name.slice(name.lastIndexOf('~') + 1)))];
  }

  /** True where the core has less of one of them than it had acknowledged. */
  lackedBy(seqOf: (stream: string) => number): boolean {
    return [...this.all].some(([name, { acked }]) => seqOf(name) < acked);
  }

  /** These end now. What to write; call `done` when it is written. */
  ending(streams: readonly { stream: string; acked: number }[]): { changes: Change[]; done: () => void } {
    const ended = Math.max(0, ...[...this.all.values()].map((each) => each.ended)) + 1;
    const worthIt = streams.filter(({ acked }) => acked > 0);
    return {
      changes: worthIt.map(({ stream, acked }) => ({
        type: 'put',
        key: keyOf(stream),
        value: `${ended} ${acked}`,
      })),
      done: () => {
        for (const { stream, acked } of worthIt) this.all.set(stream, { ended, acked });
      },
    };
  }

  /** Nobody will ask for these again. What to write; call `done` when it is written. */
  forgetting(names: readonly string[]): { changes: Change[]; done: () => void } {
    return {
      changes: names.map((name) => ({ type: 'del', key: keyOf(name) })),
      done: () => {
        for (const name of names) this.all.delete(name);
      },
    };
  }
}

function keyOf(stream: string): string {
  return `f!${stream}`;
}
