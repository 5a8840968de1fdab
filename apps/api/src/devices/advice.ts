import type { DeviceFaultCode, DeviceState } from '#lib/contracts';

/** What a device says about itself. */
export interface Complaint {
  state: DeviceState;
  reason: string | null;
  /** Detail of a `device.fault`, where that is the last thing it said. */
  fault: string | null;
  agentOnline: boolean;
}

/** Sentences of links and drivers, and what they mean; the first that fits counts. */
const SIGNS: readonly (readonly [RegExp, DeviceFaultCode])[] = [
  [/quarantined/, 'driver-quarantined'],
  [/there is no driver|can't be loaded|not put to work/, 'driver-missing'],
  [/config of|must have required|speaks over|^link:/, 'wrong-setup'],
  [/paper|media|label.*out|ribbon/, 'labels-out'],
  [/head/, 'head-open'],
  [/pause/, 'paused'],
  [/enoent|no such file|does not exist|cannot open|not found/, 'port-missing'],
  [/eacces|permission/, 'no-permission'],
  [/in use by|locked|ebusy|cannot lock/, 'port-busy'],
  [/broker/, 'broker-gone'],
  [/refuse/, 'refused'],
  [/unreachable|enotfound|no route|not known/, 'unreachable'],
  [/unplug|disconnect|hung up|port closed|closed the connection|reset|end of file/, 'unplugged'],
  [/not understood|not a weight|gibberish|unreadable|checksum|too long|without an end/, 'gibberish'],
  [/timed? ?out|no answer|did not answer|silen|within \d+ ms|in \d+ ms/, 'no-answer'],
];

/** What is probably wrong, or null when nothing is to be done. */
export function faultOf({ state, reason, fault, agentOnline }: Complaint): DeviceFaultCode | null {
  if (state === 'disabled') return 'switched-off';
  if (!agentOnline) return 'agent-away';
  const troubled = state === 'lost' || state === 'fault' || state === 'degraded';
  // A device whose bytes make no sense is ready: its port is open, and it talks.
  if (!troubled) return fault === null ? null : 'gibberish';
  const text = (reason ?? '').toLowerCase();
  const sign = SIGNS.find(([words]) => words.test(text));
  return sign?.[1] ?? (state === 'lost' ? 'out-of-reach' : 'look-at-it');
}

/** Cause and fix of each fault in plain words. The web shows the same in the reader's language. */
export const ADVICE: Readonly<Record<DeviceFaultCode, { cause: string; fix: string }>> = {
  'switched-off': {
    cause: 'It is switched off in its settings.',
    fix: 'Switch it on when it is to be used again.',
  },
  'labels-out': {
    cause: 'Labels or ribbon have run out.',
    fix: 'Load them, close the head, feed one label.',
  },
  'head-open': { cause: 'The print head is open.', fix: 'Close it until it clicks.' },
  paused: { cause: 'The printer is paused.', fix: 'Press its pause key.' },
  'port-missing': {
    cause: 'The port does not exist on that machine.',
    fix: 'Plug the cable in, then choose the port again; the stable path (by-id) stays the same.',
  },
  'no-permission': {
    cause: 'The agent may not open the port.',
    fix: 'Add its user to the group dialout and start it again.',
  },
  'port-busy': { cause: 'Another program has the port open.', fix: 'Stop that program.' },
  refused: {
    cause: 'The machine is there, but nothing takes calls on this port.',
    fix: "Look at the port number, and whether the device's network port is switched on.",
  },
  unreachable: {
    cause: 'There is no way to this address.',
    fix: 'Look at the address, the network cable and the switch.',
  },
  'no-answer': {
    cause: 'It does not answer.',
    fix: 'Is it switched on? Is it the right port, baud rate and cable (null-modem or straight)?',
  },
  unplugged: {
    cause: 'The connection ended.',
    fix: 'Look at the plug and the power. It is tried again by itself.',
  },
  'broker-gone': {
    cause: 'The agent has no connection to the broker.',
    fix: 'Look at the broker and the network.',
  },
  gibberish: {
    cause: 'It talks, but what it says makes no sense to this driver.',
    fix: 'Compare baud rate, parity and end of line with the menu of the device; is it the right driver?',
  },
  'driver-quarantined': {
    cause: 'Its driver broke down and was taken out of service.',
    fix: 'Go back to the version before, or mend the driver; the reason names the fault.',
  },
  'driver-missing': {
    cause: 'The agent does not have this driver.',
    fix: 'Update the agent, or put the driver into its driver folder.',
  },
  'wrong-setup': {
    cause: 'Its settings do not fit its driver.',
    fix: 'Open its setup and mend the named field.',
  },
  'agent-away': {
    cause: 'Its agent is offline, so nobody knows.',
    fix: 'Look at the machine beside the hardware: power, network, the agent itself.',
  },
  'out-of-reach': {
    cause: 'It is out of reach.',
    fix: 'Check power and cable; it comes back by itself.',
  },
  'look-at-it': { cause: 'It reports trouble.', fix: 'Look at the device itself, then at its last frames.' },
};
