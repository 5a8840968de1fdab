import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'tsc',
  model: 'tspl',
  title: 'Label printer that speaks TSPL',
  version: '1.0.0',
  kind: 'printer',
  links: ['tcp-client', 'serial'],
  capabilities: ['print.sent', 'print.printed', 'print.failed', 'print.unknown'],
  commands: ['print', 'status'],
  ratePerSecond: 10,
  commandLimitMs: 120_000,
  configSchema,
  codec,
});
