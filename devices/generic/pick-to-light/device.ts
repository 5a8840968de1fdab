import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'pick-to-light',
  title: 'Pick-to-light and put-to-light modules over MQTT',
  version: '1.0.0',
  kind: 'light',
  links: ['mqtt'],
  capabilities: ['light.pressed'],
  commands: ['light', 'status'],
  ratePerSecond: 50,
  commandLimitMs: 3_000,
  configSchema,
  codec,
});
