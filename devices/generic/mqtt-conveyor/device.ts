import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'mqtt-conveyor',
  title: 'Conveyor PLC with JSON telegrams over MQTT',
  version: '1.0.0',
  kind: 'conveyor-plc',
  links: ['mqtt'],
  capabilities: ['point.seen', 'point.confirmed', 'point.lost', 'lane.full', 'lane.clear', 'lane.jam'],
  commands: ['route'],
  ratePerSecond: 100,
  commandLimitMs: 1_000,
  configSchema,
  codec,
});
