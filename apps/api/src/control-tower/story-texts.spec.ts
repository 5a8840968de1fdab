import { describe, expect, it } from '@jest/globals';
import { exceptionKind } from './exception-catalogue.js';
import { textOf, textOfReading } from './story-texts.js';

describe('textOf', () => {
  it.each([
    [
      'picking.task-confirmed',
      { quantity: 3, sku: 'SKU-1', location: 'A-03-2', container: 'T-000123' },
      '3 of SKU-1 picked from A-03-2 into T-000123',
    ],
    ['flow.parcel-confirmed', { lane: 'L2', commanded: 'L1' }, 'Went to L2 although L1 was commanded'],
    ['flow.parcel-confirmed', { lane: 'L1', commanded: 'L1' }, 'Confirmed in L1'],
    [
      'packing.parcel-closed',
      { weightGrams: 1003, expectedGrams: 1000, overridden: true },
      'Closed with 1003 g, expected 1000 g, accepted by a supervisor',
    ],
    ['somewhere.something-new-happened', {}, 'Something new happened'],
  ])('%s', (type, facts, text) => {
    expect(textOf(type, facts)).toBe(text);
  });

  it('writes a weight with the decimals that the scale showed', () => {
    expect(
      textOfReading('weigh.stable', 'scale-1', { weight: { value: 1250, decimals: 3, unit: 'kg' } }),
    ).toBe('scale-1 weighed 1.250 kg');
  });
});

describe('exceptionKind', () => {
  it('names kinds it knows, and words of a code it does not', () => {
    expect(exceptionKind('no-read')).toMatchObject({ title: 'Label not read' });
    expect(exceptionKind('event-dead')).toEqual({ title: 'Event dead', remedies: ['acknowledged'] });
  });
});
