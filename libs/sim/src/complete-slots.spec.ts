import { describe, expect, it } from '@jest/globals';
import { CompleteSlots } from './complete-slots.js';

describe('complete slots of a put wall', () => {
  it('go to one packer each, and come again only when somebody has seen them complete again', () => {
    const slots = new CompleteSlots();
    slots.seen('S-WALL-01', ['T-900001', 'T-900002']);
    expect([slots.take(), slots.take(), slots.take()]).toEqual(['T-900001', 'T-900002', null]);
    slots.giveBack('T-900001');
    expect(slots.take()).toBeNull();
    slots.seen('S-WALL-01', ['T-900001']);
    expect(slots.take()).toBe('T-900001');
  });
});
