import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'toledo',
  model: '8217',
  title: 'Scale with the Toledo 8217 protocol',
  version: '1.0.1',
  kind: 'scale',
  links: ['serial', 'tcp-client'],
  capabilities: ['weigh.stable', 'weigh.unstable'],
  commands: ['weigh', 'zero', 'status'],
  ratePerSecond: 10,
  commandLimitMs: 15_000,
  configSchema,
  codec,
});
