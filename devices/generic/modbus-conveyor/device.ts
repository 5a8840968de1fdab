import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: 'generic',
  model: 'modbus-conveyor',
  title: 'Conveyor PLC with a Modbus mailbox',
  version: '1.0.0',
  kind: 'conveyor-plc',
  links: ['modbus-tcp', 'modbus-rtu'],
  capabilities: ['point.seen', 'point.confirmed', 'point.lost', 'lane.full', 'lane.clear', 'lane.jam'],
  commands: ['route'],
  ratePerSecond: 50,
  commandLimitMs: 1_000,
  configSchema,
  codec,
});
