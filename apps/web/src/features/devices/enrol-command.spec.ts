import type { AgentClaim } from '#lib/contracts';
import { enrolCommand } from './enrol-command.js';

const CLAIM: AgentClaim = {
  agentId: '01a2008f-ccf1-714d-a344-f33f1d75cb94',
  code: 'edge-02',
  claimCode: 'JFA34JZUQ7',
  expiresAt: '2026-11-22T01:02:33.793Z',
  signsInWith: 'certificate',
  mqttUrl: 'mqtts://mqtt.example:8883',
};

it.each<[string, Partial<AgentClaim>, string]>([
  ['a core that knows everything', {}, ''],
  ['a core without certificates', { signsInWith: 'password', mqttUrl: 'mqtt://mqtt.example' }, ' --password'],
  ['a core that was not told the broker', { mqttUrl: null }, ' --broker mqtts://BROKER:8883'],
  ['neither', { signsInWith: 'password', mqttUrl: null }, ' --password --broker mqtt://BROKER:1883'],
])('the command of %s', (_name, claim, rest) => {
  expect(enrolCommand({ ...CLAIM, ...claim }, 'https://wavehouse.example')).toBe(
    `wavehouse-agent enrol --core https://wavehouse.example --code JFA34-JZUQ7${rest}`,
  );
});
