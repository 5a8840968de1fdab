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
    judgeLanding({
      laneKind: 'ship',
      lane: 'L1',
      commanded: 'L1',
      offered: ['L2'],
      because: null,
      checkFault: null,
      plcReason: null,
      serves: true,
      ...over,
    });

  it.each([
    ['its lane', {}, { kind: 'diverted', misrouted: null }],
    ['a lane that was offered', { lane: 'L2' }, { kind: 'diverted', misrouted: null, misSorted: false }],
    [
      'a lane that serves its carrier, but nobody named it',
      { lane: 'L4', plcReason: 'late-divert' },
      {
        kind: 'diverted',
        misrouted: 'The parcel went to L4, which serves its carrier, instead of L1 (late-divert).',
        misSorted: false,
      },
    ],
    [
      'the lane that was commanded, which does not serve its carrier',
      { serves: false },
      { misrouted: 'The parcel went to L1, which does not serve its carrier.', misSorted: true },
    ],
    [
      'the check lane',
      { laneKind: 'exception' as const, because: 'weight-out', checkFault: 'It weighs 2 g.' },
      { code: 'in-line-check', detail: 'It weighs 2 g. It waits in L1.' },
    ],
    [
      'the exception lane because the divert came too late',
      { laneKind: 'exception' as const, lane: 'EXC', plcReason: 'late' },
      { code: 'exception-lane', detail: 'The parcel waits in EXC (instead of L1 (late)).' },
    ],
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
      misSorted: true,
      misrouted: 'The parcel went to L3 instead of L1, which does not serve its carrier.',
    });
  });
});
