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
    // What drivers and links of this tree say stands in driver-sentences.spec.ts; here are the words of others.
    ['degraded', 'Paper out', 'labels-out'],
    ['degraded', 'ribbon low', 'labels-out'],
    ['degraded', 'HEAD OPEN', 'head-open'],
    ['degraded', 'paper jam', 'labels-jammed'],
    ['degraded', 'head over temperature', 'too-hot'],
    ['degraded', 'no answer in 2000 ms', 'no-answer'],
    ['lost', 'a reading could not be stored: the disk is full, refused', 'not-stored'],
    ['lost', '/dev/serial/by-id/usb-Paperhead_Media-if00: read EIO', 'out-of-reach'],
    ['lost', 'modbus tcp 10.0.0.4:502 unit 1: connect ECONNREFUSED 10.0.0.4:502', 'refused'],
    ['lost', 'modbus tcp 10.0.0.4:502 unit 1: connect EHOSTUNREACH 10.0.0.4:502', 'unreachable'],
    ['lost', 'modbus tcp plc:502 unit 1: getaddrinfo ENOTFOUND plc', 'unreachable'],
    ['lost', 'modbus tcp 10.0.0.4:502 unit 1: no answer within 3 s', 'no-answer'],
    ['lost', 'Modbus request "poll": Timed out', 'no-answer'],
    ['lost', '10.0.0.4:9100: read ETIMEDOUT', 'no-answer'],
    ['lost', '10.0.0.4:9100: write EPIPE', 'unplugged'],
    [
      'lost',
      'modbus rtu /dev/ttyS9 at 19200 unit 1: No such file or directory, cannot open /dev/ttyS9',
      'port-missing',
    ],
    [
      'lost',
      'modbus rtu /dev/ttyS9 at 19200 unit 1: Permission denied, cannot open /dev/ttyS9',
      'no-permission',
    ],
    ['lost', 'Error: Resource temporarily unavailable Cannot lock port', 'port-busy'],
    ['fault', 'driver acme/echo 1.3.0 is quarantined: it lost its head', 'driver-quarantined'],
    ['fault', 'driver acme/echo: it went off', 'driver-quarantined'],
    ['fault', 'there is no driver "x/y"; known: a/b', 'driver-missing'],
    ['fault', "driver acme/echo can't be loaded: Cannot find module", 'driver-missing'],
    ['fault', 'the folder acme/echo holds the driver acme/other', 'driver-missing'],
    ['fault', 'config of head-1: mode must be equal to one of the allowed values', 'wrong-setup'],
    ['fault', 'acme/echo speaks over serial, not over mqtt', 'wrong-setup'],
    ['fault', "link: an mqtt link needs the agent's broker connection", 'wrong-setup'],
    ['fault', 'no such kind of link: "bluetooth"', 'wrong-setup'],
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
