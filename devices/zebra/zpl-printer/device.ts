import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'zebra',
  model: 'zpl-printer',
  title: 'Label printer that speaks ZPL II',
  version: '1.1.1',
  kind: 'printer',
  links: ['tcp-client', 'serial'],
  capabilities: ['print.sent', 'print.printed', 'print.failed', 'print.unknown'],
  commands: ['print', 'status'],
  ratePerSecond: 10,
  commandLimitMs: 120_000,
  configSchema,
  codec,
});
