import type { AgentClaim } from '#lib/contracts';

/** Of the Debian package; see deploy/README.md. */
const PROGRAM = 'wavehouse-agent';

/**
 * What is typed on the machine that is to join, in full. `BROKER` stands in it where nobody has told the core how agents reach
 * the broker.
 *
 * @param origin where the core's pages are, as this browser reaches them.
 */
export function enrolCommand({ claimCode, signsInWith, mqttUrl }: AgentClaim, origin: string): string {
  const parts = [PROGRAM, 'enrol', '--core', origin, '--code', inGroups(claimCode)];
  if (signsInWith === 'password') parts.push('--password');
  if (mqttUrl === null) {
    parts.push('--broker', signsInWith === 'password' ? 'mqtt://BROKER:1883' : 'mqtts://BROKER:8883');
  }
  return parts.join(' ');
}

/** Five and five, as somebody types it who cannot copy. */
function inGroups(claimCode: string): string {
  return claimCode.replace(/(.{5})(?=.)/g, '$1-');
}
