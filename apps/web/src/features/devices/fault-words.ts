import type { DeviceFaultCode } from '#lib/contracts';
import { text } from '../../lib/i18n.js';

/** Cause and fix of what is wrong with a device, in words for the person beside it. */
export const FAULT_WORDS: Readonly<Record<DeviceFaultCode, { cause: string; fix: string }>> = {
  'switched-off': {
    cause: text('It is switched off in its settings.'),
    fix: text('Switch it on when it is to be used again.'),
  },
  'labels-out': {
    cause: text('Labels or ribbon have run out.'),
    fix: text('Load them, close the head, feed one label.'),
  },
  'labels-jammed': {
    cause: text('Labels are jammed.'),
    fix: text('Open the printer, take them out, close it, feed one label.'),
  },
  'head-open': {
    cause: text('The print head or the cover is open.'),
    fix: text('Close it until it clicks.'),
  },
  paused: { cause: text('The printer is paused.'), fix: text('Press its pause key.') },
  'printer-silent': {
    cause: text('The printer says nothing: out of labels, open, or switched off.'),
    fix: text('Look at its labels, its head and its power.'),
  },
  'too-hot': {
    cause: text('It is too hot.'),
    fix: text('Let it cool down. Are its vents free?'),
  },
  'buffer-full': {
    cause: text('Its buffer is full.'),
    fix: text('Let it print what it holds; if it stays full, look at its display.'),
  },
  'port-missing': {
    cause: text('The port does not exist on that machine.'),
    fix: text('Plug the cable in, then choose the port again; the stable path (by-id) stays the same.'),
  },
  'no-permission': {
    cause: text('The agent may not open the port.'),
    fix: text('Add its user to the group dialout and start it again.'),
  },
  'port-busy': { cause: text('Another program has the port open.'), fix: text('Stop that program.') },
  refused: {
    cause: text('The machine is there, but nothing takes calls on this port.'),
    fix: text("Look at the port number, and whether the device's network port is switched on."),
  },
  unreachable: {
    cause: text('There is no way to this address.'),
    fix: text('Look at the address, the network cable and the switch.'),
  },
  'no-answer': {
    cause: text('It does not answer.'),
    fix: text('Is it switched on? Is it the right port, baud rate and cable (null-modem or straight)?'),
  },
  'not-heard': {
    cause: text('Nothing is heard from it.'),
    fix: text(
      'Look at power, cable and baud rate. Is what it sends by itself (heartbeat, continuous output) switched on?',
    ),
  },
  'no-life': {
    cause: text('The line is open, but the controller shows no sign of life.'),
    fix: text('Does its program run? Compare the time of its heartbeat with the settings.'),
  },
  'wrong-registers': {
    cause: text('It answers, but its registers are not those that its driver expects.'),
    fix: text('Compare addresses, counts and unit number with its program; is it the right device?'),
  },
  unplugged: {
    cause: text('The connection ended.'),
    fix: text('Look at the plug and the power. It is tried again by itself.'),
  },
  'broker-gone': {
    cause: text('The broker is away, or refuses the agent.'),
    fix: text('Look at the broker, its rights and the network.'),
  },
  'not-stored': {
    cause: text('Its agent could not store what it said.'),
    fix: text("Look at the disk of the agent's machine: room and errors."),
  },
  gibberish: {
    cause: text('It talks, but what it says makes no sense to this driver.'),
    fix: text(
      'Compare baud rate, parity and end of line with the menu of the device; is it the right driver?',
    ),
  },
  'driver-quarantined': {
    cause: text('Its driver broke down and was taken out of service.'),
    fix: text('Go back to the version before, or mend the driver; the reason names the fault.'),
  },
  'driver-missing': {
    cause: text('The agent does not have this driver.'),
    fix: text('Update the agent, or put the driver into its driver folder.'),
  },
  'wrong-setup': {
    cause: text('Its settings do not fit its driver.'),
    fix: text('Open its setup and mend the named field.'),
  },
  'agent-away': {
    cause: text('Its agent is offline, so nobody knows.'),
    fix: text('Look at the machine beside the hardware: power, network, the agent itself.'),
  },
  'out-of-reach': {
    cause: text('It is out of reach.'),
    fix: text('Check power and cable; it comes back by itself.'),
  },
  'look-at-it': {
    cause: text('It reports trouble.'),
    fix: text('Look at the device itself, then at its last frames.'),
  },
};
