import './node-version.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { stringify } from 'yaml';
import { contractSchemas } from './contract-schemas.mjs';
import { ROOT, Sentence, start } from './workspace.mjs';

const FILE = join(ROOT, 'asyncapi.yaml');
const CONTRACTS = join(ROOT, 'libs/contracts/src/index.ts');

/** Who says what to whom: `core` is where this document stands, so its `send` is the agent's or the page's `receive`. */
const AGENT = 'wh/v1/{site}/{agent}';
const MQTT = [
  [
    'evt',
    `${AGENT}/evt/{stream}`,
    'receive',
    'UplinkBatch',
    'Readings and outcomes, in the order of their stream, from the durable outbox. QoS 1; sent again until `ack` covers them.',
  ],
  ['ack', `${AGENT}/ack/{stream}`, 'send', 'UplinkAck', 'Highest sequence that the core has committed.'],
  [
    'cmd',
    `${AGENT}/cmd/{device}`,
    'send',
    'DeviceCommand',
    'An order to a device; executed once per id. Its outcome comes on `evt`.',
  ],
  [
    'req',
    `${AGENT}/req/{device}`,
    'receive',
    'EdgeRequest',
    'A question with a deadline. `agent` stands for the agent itself.',
  ],
  ['res', `${AGENT}/res/{device}`, 'send', 'EdgeResponse', 'The answer, by its correlation id.'],
  [
    'routes',
    `${AGENT}/routes`,
    'send',
    'RoutesMessage',
    'Routes, lanes and points, by version; after a gap the agent asks for a snapshot.',
  ],
  [
    'labels',
    `${AGENT}/labels`,
    'send',
    'LabelsMessage',
    'Labels ahead of their parcels: all that the agent may keep by command id, and what is new of it.',
  ],
  [
    'desired',
    `${AGENT}/desired`,
    'send',
    'DesiredMessage',
    'The setups that the core wants its devices to have.',
  ],
  [
    'ask',
    `${AGENT}/ask/{device}`,
    'send',
    'ConsoleAsk',
    "An integrator's question: frames, ports, drivers, a replay.",
  ],
  ['ans', `${AGENT}/ans/{device}`, 'receive', 'ConsoleAnswer', 'Its answer, in parts where it is long.'],
  ['agentState', `${AGENT}/state/agent`, 'receive', 'AgentState', 'Retained, with a last will.'],
  ['deviceState', `${AGENT}/state/{device}`, 'receive', 'DeviceStateMessage', 'Retained.'],
  [
    'inventory',
    `${AGENT}/inventory`,
    'receive',
    'AgentInventory',
    'Retained: drivers, versions, capabilities, revisions.',
  ],
  [
    'telemetry',
    `${AGENT}/tlm/{device}`,
    'receive',
    'FrameBatch',
    'Live frames while somebody looks. QoS 0, may be dropped.',
  ],
  [
    'coreState',
    'wh/v1/{site}/core/state',
    'send',
    'CoreState',
    'Retained, with a last will: whether a core lives.',
  ],
];
const LIVE = [
  ['floor', 'FloorLive', 'What concerns one person and the station they stand at.'],
  ['tower', 'TowerLive', 'What supervisors watch.'],
  [
    'console',
    'ConsoleLive',
    'What integrators watch. A page asks for frames with `watch {device}` and `unwatch {device}`.',
  ],
];
const PARAMETERS = {
  site: 'Code of the site.',
  agent: 'Code of the agent within its site.',
  stream: "A device's code: one stream per device.",
  device: 'Code of the device.',
};

/** The AsyncAPI 3 document of this tree's contracts, as YAML; valid, or it throws. */
export function asyncApi() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const schemas = payloadSchemas();
  const document = { ...frame(version), channels: {}, operations: {}, components: { messages: {}, schemas } };
  for (const row of MQTT) addTopic(document, row);
  for (const row of LIVE) addNamespace(document, row);
  addHeartbeat(document);
  check(document);
  const note = '# Made by `npm run asyncapi` from libs/contracts; do not edit.\n';
  return note + stringify(document, { lineWidth: 120, aliasDuplicateObjects: false });
}

function frame(version) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Wavehouse: the wire and the live events',
      version,
      description:
        'MQTT 3.1.1 between edge agents and the core, and socket.io between the core and its screens. Seen from the core: it sends and receives.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        host: 'broker.example:8883',
        protocol: 'secure-mqtt',
        protocolVersion: '3.1.1',
        description: 'Any broker with one credential and rights per client (deploy/README.md).',
      },
      live: {
        host: 'wavehouse.example',
        protocol: 'wss',
        description: 'socket.io 4; a socket signs in with the session cookie or `auth: { token }`.',
      },
    },
  };
}

/** Schemas of everything the document names, from the types themselves. */
function payloadSchemas() {
  const named = [...MQTT.map(([, , , type]) => type), ...LIVE.map(([, type]) => type), 'LiveHeartbeat'];
  const found = Object.entries(contractSchemas(CONTRACTS, named));
  return Object.fromEntries(found.sort().map(([name, schema]) => [name, moved(schema)]));
}

/** The same schema with its references where the document keeps schemas. */
function moved(schema) {
  if (Array.isArray(schema)) return schema.map(moved);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key !== '$ref') return [key, moved(value)];
      return [key, value.replace('#/definitions/', '#/components/schemas/')];
    }),
  );
}

function addTopic(document, [name, address, action, type, summary]) {
  const inAddress = [...address.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
  document.channels[name] = {
    address,
    servers: [{ $ref: '#/servers/broker' }],
    parameters: Object.fromEntries(inAddress.map((each) => [each, { description: PARAMETERS[each] }])),
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
  };
  document.components.messages[type] = { name: type, payload: { $ref: `#/components/schemas/${type}` } };
  document.operations[`${action}.${name}`] = {
    action,
    summary,
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${type}` }],
  };
}

/** Each topic of a namespace is a message: the event `live` with its envelope. */
function addNamespace(document, [face, type, description]) {
  const name = `live.${face}`;
  const channel = { address: `/${face}`, description, servers: [{ $ref: '#/servers/live' }], messages: {} };
  document.channels[name] = channel;
  const { properties } = document.components.schemas[type];
  for (const [topic, data] of Object.entries(properties)) {
    document.components.messages[topic] = { name: 'live', title: topic, payload: envelope(topic, data) };
    channel.messages[topic] = { $ref: `#/components/messages/${topic}` };
  }
  delete document.components.schemas[type];
  document.operations[`send.${name}`] = {
    action: 'send',
    summary: 'Versions rise per topic; a page that was away asks for a snapshot.',
    channel: { $ref: `#/channels/${name}` },
  };
}

function envelope(topic, data) {
  return {
    type: 'object',
    required: ['topic', 'version', 'at', 'data'],
    properties: {
      topic: { const: topic },
      version: { type: 'integer', description: 'Rises per topic.' },
      at: { type: 'string', format: 'date-time' },
      data,
    },
  };
}

function addHeartbeat({ channels, components }) {
  components.messages.heartbeat = {
    name: 'heartbeat',
    summary: 'Every two seconds.',
    payload: { $ref: '#/components/schemas/LiveHeartbeat' },
  };
  for (const [face] of LIVE)
    channels[`live.${face}`].messages.heartbeat = { $ref: '#/components/messages/heartbeat' };
}

/** Against the specification's own meta-schema, and every reference must lead somewhere. */
function check(document) {
  const require = createRequire(import.meta.url);
  const meta = require('@asyncapi/specs/schemas/3.0.0-without-$id.json');
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(meta);
  if (!validate(document)) {
    const [first] = validate.errors;
    throw new Sentence(`asyncapi.yaml would not be AsyncAPI 3: ${first.instancePath} ${first.message}`);
  }
  for (const reference of references(document)) {
    const parts = reference.slice(2).split('/');
    const target = parts.reduce(
      (at, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      document,
    );
    if (target === undefined)
      throw new Sentence(`asyncapi.yaml would refer to ${reference}, which is not there.`);
  }
}

function references(value) {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) => (key === '$ref' ? [each] : references(each)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  start(async () => {
    const text = asyncApi();
    if (!process.argv.includes('--check')) writeFileSync(FILE, text);
    else if (readFileSync(FILE, 'utf8') !== text)
      throw new Sentence('asyncapi.yaml is not what libs/contracts says: run npm run asyncapi.');
    console.log(`${relative(process.cwd(), FILE)}: ${MQTT.length} topics, ${LIVE.length} namespaces.`);
  });
}
