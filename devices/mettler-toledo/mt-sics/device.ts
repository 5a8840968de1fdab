import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'mettler-toledo',
  model: 'mt-sics',
  title: 'Scale with the MT-SICS command set',
  version: '1.1.0',
  kind: 'scale',
  links: ['serial', 'tcp-client'],
  capabilities: ['weigh.stable', 'weigh.unstable'],
  commands: ['weigh', 'zero', 'tare', 'status'],
  ratePerSecond: 25,
  commandLimitMs: 15_000,
  configSchema,
  codec,
});
