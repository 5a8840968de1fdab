import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'serial-scanner',
  title: 'Barcode scanner, serial or TCP',
  version: '1.0.0',
  kind: 'scanner',
  links: ['serial', 'tcp-client'],
  capabilities: ['scan.read', 'scan.no-read'],
  commands: [],
  ratePerSecond: 60,
  commandLimitMs: 1_000,
  configSchema,
  codec,
});
