import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'tcp-scanner',
  title: 'Barcode scanner on the network (TCP)',
  version: '1.0.0',
  kind: 'scanner',
  links: ['tcp-client', 'tcp-server'],
  capabilities: ['scan.read', 'scan.no-read'],
  commands: ['trigger'],
  ratePerSecond: 60,
  commandLimitMs: 3_000,
  configSchema,
  codec,
});
