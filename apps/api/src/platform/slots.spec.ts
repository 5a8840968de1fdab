import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

/** Work that says when it began and ends when it is told. */
function pieces(slots: Slots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, signal?: AbortSignal) =>
    slots.run(() => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    }, signal);
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise(setImmediate);
  };
  return { begun, start, end };
}

describe('Slots', () => {
  it('lets so many begin at once and the others in their turn', async () => {
    const { begun, start, end } = pieces(new Slots(2));
    const all = ['a', 'b', 'c', 'd'].map((name) => start(name));
    await new Promise(setImmediate);
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    await end('c');
    await end('d');
    await Promise.all(all);
  });

  it('gives the slot back when the work fails', async () => {
    const slots = new Slots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.run(() => Promise.resolve(7))).resolves.toBe(7);
  });

  it('forgets those that gave up waiting, and never begins them', async () => {
    const { begun, start, end } = pieces(new Slots(1));
    const first = start('a');
    const stop = new AbortController();
    const given = start('b', stop.signal);
    const last = start('c');
    stop.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await expect(start('d', stop.signal)).rejects.toThrow('enough');
    await end('a');
    await end('c');
    await Promise.all([first, last]);
    expect(begun).toEqual(['a', 'c']);
  });
});
