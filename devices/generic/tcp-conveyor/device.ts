import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'tcp-conveyor',
  title: 'Conveyor PLC with fixed-length TCP telegrams',
  version: '1.0.0',
  kind: 'conveyor-plc',
  links: ['tcp-client', 'tcp-server'],
  capabilities: ['point.seen', 'point.confirmed', 'point.lost', 'lane.full', 'lane.clear', 'lane.jam'],
  commands: ['route'],
  ratePerSecond: 50,
  commandLimitMs: 5_000,
  configSchema,
  codec,
});
