import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'cubiscan',
  model: 'dimensioner',
  title: 'Cubiscan dimensioner with scale',
  version: '1.0.0',
  kind: 'dimensioner',
  links: ['serial', 'tcp-client'],
  capabilities: ['dimension.measured'],
  commands: ['trigger', 'status'],
  ratePerSecond: 5,
  commandLimitMs: 15_000,
  configSchema,
  codec,
});
