import type { DeviceState } from '#lib/contracts';

/** Plain words for a device's trouble: what it probably is and what to do first. Null when nothing is to be done. */
export function adviceFor(kind: string, state: DeviceState, reason: string | null): string | null {
  const text = (reason ?? '').toLowerCase();
  if (state === 'disabled')
    return 'It is switched off in its settings. Switch it on when it is to be used again.';
  if (state !== 'lost' && state !== 'fault' && state !== 'degraded') return null;
  if (/paper|media|label.*out|ribbon/.test(text))
    return 'Load labels (and ribbon), close the head, then feed one label.';
  if (/head/.test(text)) return 'The print head is open: close it until it clicks.';
  if (/pause/.test(text)) return 'The printer is paused: press its pause key.';
  if (/enoent|no such file|cannot open|not found/.test(text)) {
    return 'The port does not exist. Is the cable plugged in, and is the port in the settings the stable one (by-id)?';
  }
  if (/eacces|permission/.test(text))
    return 'The agent may not open the port: add its user to the group dialout.';
  if (/lock/.test(text)) return 'Another program has the port open. Stop it.';
  if (/refused|unreachable|timed? ?out|no answer|silence/.test(text)) {
    return 'It does not answer. Is it switched on, on the network, and is its address right?';
  }
  if (state === 'lost') return `The ${kind} is out of reach. Check power and cable; it comes back by itself.`;
  return `Look at the ${kind} itself, then at its last frames here.`;
}
