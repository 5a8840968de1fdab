import type { DeviceFaultCode, DeviceState } from '#lib/contracts';

/** What a device says about itself. */
export interface Complaint {
  state: DeviceState;
  reason: string | null;
  /** Detail of a `device.fault`, where that is the last thing it said. */
  fault: string | null;
  agentOnline: boolean;
}

type Signs = readonly (readonly [RegExp, DeviceFaultCode])[];

const NO_ANSWER =
  /timed? ?out|no answer|(does|did) not (answer|open)|within \d+ m?s|takes no more bytes|too many modbus/;
const GIBBERISH = /not understood|not a weight|gibberish|unreadable|checksum|too long|without an end/;

/**
 * Sentences and what they mean, by who says them; the first that fits counts. A driver's are about the device, a link's about the way
 * to it (its sentences hold paths and addresses, in which a device's words may stand), an agent's about what it was given.
 * driver-sentences.spec.ts holds every sentence of the tree against these.
 */
const DEVICE_SIGNS: Signs = [
  [/printer is silent/, 'printer-silent'],
  [/refuses the (registers|coils)|no mailbox of ours|answer is too short/, 'wrong-registers'],
  [/no sign of life/, 'no-life'],
  [/not heard|silent/, 'not-heard'],
  [NO_ANSWER, 'no-answer'],
  [/too hot|temperature/, 'too-hot'],
  [/(paper|media|labels?|ribbon)( is| are)? jam/, 'labels-jammed'],
  [/paper|media|label.*out|out of (labels|ribbon)|ribbon/, 'labels-out'],
  [/head|cover is open/, 'head-open'],
  [/pause/, 'paused'],
  [/buffer is full/, 'buffer-full'],
  [GIBBERISH, 'gibberish'],
];
const LINK_SIGNS: Signs = [
  [/could not be stored/, 'not-stored'],
  [/broker|^subscribe |^publish to /, 'broker-gone'],
  [/eacces|permission/, 'no-permission'],
  [/in use by|taken by|locked|ebusy|cannot lock|eaddrinuse/, 'port-busy'],
  [/enoent|no such file|does not exist|cannot open|not found/, 'port-missing'],
  [/refuse/, 'refused'],
  [/unreach|can't be reached|enotfound|eai_again|no such host|no route|not known/, 'unreachable'],
  [/asked for \d+ registers/, 'wrong-registers'],
  [/unplug|disconnect|hung up|port closed|closed the connection|reset|end of file|epipe/, 'unplugged'],
  [/waiting for the device to call/, 'not-heard'],
  [NO_ANSWER, 'no-answer'],
  [GIBBERISH, 'gibberish'],
];
const AGENT_SIGNS: Signs = [
  [/quarantined|^driver \S+: /, 'driver-quarantined'],
  [/there is no driver|can't be loaded|not put to work|holds the driver/, 'driver-missing'],
  [/config of|must have required|speaks over|^link:|no such kind of link/, 'wrong-setup'],
  ...LINK_SIGNS,
];
/** In these states something is to be done. */
const TROUBLE: ReadonlyMap<DeviceState, Signs> = new Map([
  ['degraded', DEVICE_SIGNS],
  ['lost', LINK_SIGNS],
  ['fault', AGENT_SIGNS],
]);

/** What is probably wrong, or null when nothing is to be done. */
export function faultOf({ state, reason, fault, agentOnline }: Complaint): DeviceFaultCode | null {
  if (state === 'disabled') return 'switched-off';
  if (!agentOnline) return 'agent-away';
  const signs = TROUBLE.get(state);
  // A device whose bytes make no sense is ready: its port is open, and it talks.
  if (!signs) return fault === null ? null : 'gibberish';
  const text = (reason ?? '').toLowerCase();
  const sign = signs.find(([words]) => words.test(text));
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
  'labels-jammed': {
    cause: 'Labels are jammed.',
    fix: 'Open the printer, take them out, close it, feed one label.',
  },
  'head-open': { cause: 'The print head or the cover is open.', fix: 'Close it until it clicks.' },
  paused: { cause: 'The printer is paused.', fix: 'Press its pause key.' },
  'printer-silent': {
    cause: 'The printer says nothing: out of labels, open, or switched off.',
    fix: 'Look at its labels, its head and its power.',
  },
  'too-hot': {
    cause: 'It is too hot.',
    fix: 'Let it cool down. Are its vents free?',
  },
  'buffer-full': {
    cause: 'Its buffer is full.',
    fix: 'Let it print what it holds; if it stays full, look at its display.',
  },
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
  'not-heard': {
    cause: 'Nothing is heard from it.',
    fix: 'Look at power, cable and baud rate. Is what it sends by itself (heartbeat, continuous output) switched on?',
  },
  'no-life': {
    cause: 'The line is open, but the controller shows no sign of life.',
    fix: 'Does its program run? Compare the time of its heartbeat with the settings.',
  },
  'wrong-registers': {
    cause: 'It answers, but its registers are not those that its driver expects.',
    fix: 'Compare addresses, counts and unit number with its program; is it the right device?',
  },
  unplugged: {
    cause: 'The connection ended.',
    fix: 'Look at the plug and the power. It is tried again by itself.',
  },
  'broker-gone': {
    cause: 'The broker is away, or refuses the agent.',
    fix: 'Look at the broker, its rights and the network.',
  },
  'not-stored': {
    cause: 'Its agent could not store what it said.',
    fix: "Look at the disk of the agent's machine: room and errors.",
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
