import { checkConfig, type JsonSchema } from '../config.js';
import type { LinkKind } from '../driver.js';
import type { Link } from './link.js';
import type { ModbusRtuOptions, ModbusTcpOptions } from './modbus.js';
import type { MqttPort } from './mqtt.js';
import type { SerialOptions } from './serial.js';

/** How a device is attached, as it stands in the agent's config. */
export type LinkConfig =
  | ({ kind: 'serial' } & SerialOptions)
  | { kind: 'tcp-client'; host: string; port: number }
  | { kind: 'tcp-server'; host?: string; port: number }
  | ({ kind: 'modbus-tcp' } & ModbusTcpOptions)
  | ({ kind: 'modbus-rtu' } & ModbusRtuOptions)
  | { kind: 'mqtt'; base: string };

const host = { type: 'string', minLength: 1, maxLength: 255, title: 'Host name or address' };
const port = { type: 'integer', minimum: 1, maximum: 65535, title: 'Port' };
const path = {
  type: 'string',
  pattern: '^(/|COM[0-9]+$)',
  title: 'Serial port, by a stable path (/dev/serial/by-id/...)',
};
const baudRate = { type: 'integer', minimum: 300, maximum: 921600, default: 9600, title: 'Baud rate' };
const parity = { enum: ['none', 'even', 'odd'], default: 'none', title: 'Parity' };
const stopBits = { enum: [1, 2], default: 1, title: 'Stop bits' };
const unitId = { type: 'integer', minimum: 0, maximum: 247, default: 1, title: 'Unit id' };
const replyTimeoutMs = {
  type: 'integer',
  minimum: 20,
  maximum: 10000,
  default: 500,
  title: 'Reply limit, ms',
};

const object = (properties: Record<string, unknown>, required: string[]): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  properties: { kind: { type: 'string' }, ...properties },
  required: ['kind', ...required],
});

/** The form of each kind of link, for the console and for checking. */
export const LINK_SCHEMAS: Record<Exclude<LinkKind, 'fake'>, JsonSchema> = {
  serial: object(
    {
      path,
      baudRate,
      dataBits: { enum: [7, 8], default: 8, title: 'Data bits' },
      parity,
      stopBits,
      flowControl: { enum: ['none', 'rtscts', 'xonxoff'], default: 'none', title: 'Flow control' },
    },
    ['path'],
  ),
  'tcp-client': object({ host, port }, ['host', 'port']),
  'tcp-server': object({ host, port }, ['port']),
  'modbus-tcp': object({ host, port: { ...port, default: 502 }, unitId, replyTimeoutMs }, ['host']),
  'modbus-rtu': object({ path, baudRate, parity, stopBits, unitId, replyTimeoutMs }, ['path']),
  mqtt: object({ base: { type: 'string', pattern: '^[^+#\\s]+$', maxLength: 400, title: 'Topic subtree' } }, [
    'base',
  ]),
};

/**
 * Makes the link a config asks for; opens nothing. Throws a TypeError that names the wrong field. The parts that need
 * native code are loaded only when used.
 */
export async function createLink(config: LinkConfig, context: { mqtt?: MqttPort } = {}): Promise<Link> {
  const schema = LINK_SCHEMAS[config.kind] as JsonSchema | undefined;
  if (!schema) throw new TypeError(`no such kind of link: ${JSON.stringify(config.kind)}`);
  const check = checkConfig<LinkConfig>(schema, config);
  if (!check.ok) throw new TypeError(`link: ${check.errors.join('; ')}`);
  const link = check.config;
  switch (link.kind) {
    case 'serial':
      return (await import('./serial.js')).serialLink(link);
    case 'tcp-client':
      return (await import('./tcp.js')).tcpClientLink(link);
    case 'tcp-server':
      return (await import('./tcp.js')).tcpServerLink(link);
    case 'modbus-tcp':
      return (await import('./modbus.js')).modbusTcpLink(link);
    case 'modbus-rtu':
      return (await import('./modbus.js')).modbusRtuLink(link);
    case 'mqtt':
      if (!context.mqtt) throw new TypeError("link: an mqtt link needs the agent's broker connection");
      return (await import('./mqtt.js')).mqttLink({ base: link.base, mqtt: context.mqtt });
  }
}
