import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'stack-light',
  title: 'Stack light on Modbus coils',
  version: '1.0.0',
  kind: 'light',
  links: ['modbus-tcp', 'modbus-rtu'],
  capabilities: ['device.status'],
  commands: ['light', 'beep', 'status'],
  ratePerSecond: 5,
  commandLimitMs: 3_000,
  configSchema,
  codec,
});
