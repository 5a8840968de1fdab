import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderOf } from './order.js';

describe('the arguments of a command', () => {
  it.each([
    ['print', { jobId: 'j1', zpl: '^XA^XZ' }],
    ['weigh', {}],
    ['weigh', undefined],
    ['light', { address: '1', colour: 'red', quantity: 2, blink: true }],
    ['beep', { pattern: 'good' }],
  ])('%s %j is an order', (op, args) => {
    expect(orderOf(op, args)).toEqual({ op, args: args ?? {} });
  });

  it.each([
    ['print', { jobId: 'j1' }, 'print: missing or not valid: zpl'],
    ['print', { jobId: '', zpl: 7 }, 'print: missing or not valid: jobId, zpl'],
    ['print', [], 'the arguments of print are no object'],
    ['print', 'x', 'the arguments of print are no object'],
    ['beep', { pattern: 'loud' }, 'beep: missing or not valid: pattern'],
    ['light', { address: '1', colour: 'red', blink: 'yes' }, 'light: missing or not valid: blink'],
    ['explode', {}, 'there is no command "explode"'],
    ['constructor', {}, 'there is no command "constructor"'],
  ])('%s %j is refused: %s', (op, args, sentence) => {
    expect(orderOf(op, args)).toBe(sentence);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom('print', 'route', 'light', 'beep', 'x'), fc.anything(), (op, args) => {
        expect(['string', 'object']).toContain(typeof orderOf(op, args));
      }),
    );
  });
});
