import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'continuous-scale',
  title: 'Scale that sends its weight all the time',
  version: '1.0.1',
  kind: 'scale',
  links: ['serial', 'tcp-client'],
  capabilities: ['weigh.stable', 'weigh.unstable'],
  commands: ['weigh'],
  ratePerSecond: 25,
  commandLimitMs: 15_000,
  configSchema,
  codec,
});
