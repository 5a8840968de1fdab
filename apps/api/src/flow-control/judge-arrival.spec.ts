import { describe, expect, it } from '@jest/globals';
import { judgeArrival, judgeLanding, type Landing } from './judge-arrival.js';

describe('judgeArrival', () => {
  const seen = (over: Partial<Parameters<typeof judgeArrival>[0]>) =>
    judgeArrival({ point: 'P1', result: 'read', codes: ['x'], parcelStates: ['labelled'], ...over });

  it.each(['labelled', 'inducted', 'diverted'])('takes a %s parcel as one', (state) => {
    expect(seen({ parcelStates: [state] })).toEqual({ kind: 'parcel' });
  });

  it('leaves a parcel where a person has scanned it, however late the reading comes', () => {
    expect(seen({ parcelStates: ['staged'] })).toEqual({ kind: 'overtaken' });
  });

  it.each([
    ['no-read', { result: 'no-read' as const }],
    ['no-read', { codes: [] }],
    ['unknown', { parcelStates: [] }],
    ['conflict', { result: 'conflict' as const }],
    ['conflict', { result: 'multi' as const, parcelStates: ['labelled', 'labelled'] }],
    ['unexpected', { parcelStates: ['shipped'] }],
    ['unexpected', { parcelStates: ['open'] }],
    ['unexpected', { parcelStates: ['cancelled'] }],
  ])('opens %s for %j', (code, over) => {
    expect(seen(over)).toMatchObject({ kind: 'exception', code, owner: 'conveyor' });
  });
});

describe('judgeLanding', () => {
  const landing = (over: Partial<Landing>) =>
    judgeLanding({ laneKind: 'ship', lane: 'L1', commanded: 'L1', because: null, serves: true, ...over });

  it.each([
    ['its lane', {}, { kind: 'diverted', misrouted: null }],
    ['another lane that serves its carrier', { lane: 'L2' }, { kind: 'diverted', misrouted: null }],
    ['the loop', { laneKind: 'recirculation' as const }, { kind: 'round-again' }],
    [
      'the exception lane after all laps',
      { laneKind: 'exception' as const, because: 'laps-spent' },
      { code: 'recirculation-limit' },
    ],
    [
      'the exception lane on silence',
      { laneKind: 'exception' as const, because: null },
      { code: 'exception-lane' },
    ],
    ['a lane that nobody configured', { laneKind: null }, { code: 'exception-lane' }],
  ])('%s', (_name, over, expected) => {
    expect(landing(over)).toMatchObject(expected);
  });

  it('calls a lane of another carrier what it is, and what was commanded', () => {
    expect(landing({ lane: 'L3', serves: false })).toEqual({
      kind: 'diverted',
      misrouted: 'The parcel went to L3 instead of L1, which does not serve its carrier.',
    });
  });
});
