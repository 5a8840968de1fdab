import { describe, expect, it } from '@jest/globals';
import type { DeviceFaultCode, DeviceState } from '#lib/contracts';
import { ADVICE, faultOf } from './advice.js';

const complaint = (state: DeviceState, reason: string | null = null, fault: string | null = null) =>
  faultOf({ state, reason, fault, agentOnline: true });

describe('what is wrong with a device', () => {
  it.each<[DeviceState, string | null, DeviceFaultCode | null]>([
    ['ready', null, null],
    ['init', null, null],
    ['disabled', 'switched off at the console', 'switched-off'],
    ['degraded', 'out of labels: paper out', 'labels-out'],
    ['degraded', 'head open', 'head-open'],
    ['lost', '/dev/ttyUSB9 does not exist: is the device plugged in?', 'port-missing'],
    ['lost', 'no permission to open /dev/ttyS0', 'no-permission'],
    ['lost', '/dev/ttyS0 is in use by another program', 'port-busy'],
    ['lost', '10.0.0.4:9100 refuses the connection', 'refused'],
    ['lost', 'the device was unplugged', 'unplugged'],
    ['lost', 'the MQTT broker is not connected', 'broker-gone'],
    ['degraded', 'the scale does not answer: no answer in 2000 ms', 'no-answer'],
    ['fault', 'driver acme/echo 1.3.0 is quarantined: it went off', 'driver-quarantined'],
    ['fault', 'there is no driver "x/y"; known: a/b', 'driver-missing'],
    ['fault', 'config of scale-1: mode must be equal to one of the allowed values', 'wrong-setup'],
    ['lost', 'whatever', 'out-of-reach'],
    ['fault', null, 'look-at-it'],
  ])('%s with "%s" is %s', (state, reason, expected) => {
    expect(complaint(state, reason)).toBe(expected);
  });

  it('is gibberish when it is ready and its last word was not understood', () => {
    expect(complaint('ready', null, 'not a weight: \u0000x')).toBe('gibberish');
  });

  it('cannot be known while its agent is away', () => {
    expect(faultOf({ state: 'ready', reason: null, fault: null, agentOnline: false })).toBe('agent-away');
  });

  it('has a cause and a fix for each', () => {
    for (const { cause, fix } of Object.values(ADVICE))
      expect(`${cause} ${fix}`).toMatch(/^[A-Z].+\. .+[.?]$/);
  });
});
