import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'zebra',
  model: 'ssi',
  title: 'Zebra scanner with SSI packets',
  version: '1.0.0',
  kind: 'scanner',
  links: ['serial', 'tcp-client'],
  capabilities: ['scan.read'],
  commands: ['beep', 'trigger', 'status'],
  ratePerSecond: 20,
  commandLimitMs: 3_000,
  configSchema,
  codec,
});
