import { load } from './load.js';

/** Records are "kept" as soon as the operating system has them: one word is missing, `sync`. */
interface StoreLike {
  commit(changes: unknown): Promise<void>;
  write(changes: unknown): Promise<void>;
}

const { Store } = await load<{ Store: { prototype: StoreLike } }>('apps/edge-agent/src/store.js');
Store.prototype.commit = function (this: StoreLike, changes) {
  return this.write(changes);
};
