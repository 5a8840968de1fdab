import { newEventId } from './ids.js';

describe('newEventId', () => {
  it('is a random UUID, also where crypto.randomUUID does not exist', () => {
    const ids = Array.from({ length: 200 }, newEventId);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(ids).size).toBe(200);
  });
});
