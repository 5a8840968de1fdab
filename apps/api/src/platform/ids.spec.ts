import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from './ids.js';

describe('newId', () => {
  const ids = Array.from({ length: 20_000 }, newId);

  it('is a UUID v7 with the time of its making', () => {
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    const madeAtMs = Number.parseInt(ids[0]!.replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(Date.now() - madeAtMs)).toBeLessThan(60_000);
  });

  it('never comes twice, and in the order in which it was made', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
});
