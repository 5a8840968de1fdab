import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'cognex',
  model: 'dataman',
  title: 'Cognex DataMan fixed-mount reader or tunnel (DMCC)',
  version: '1.0.0',
  kind: 'tunnel',
  links: ['tcp-client', 'tcp-server', 'serial'],
  capabilities: ['scan.record'],
  commands: ['trigger', 'status'],
  ratePerSecond: 20,
  commandLimitMs: 15_000,
  configSchema,
  codec,
});
