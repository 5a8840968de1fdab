import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { stringify } from 'yaml';

/**
 * Makes `asyncapi.yaml` of the very types that the code uses (libs/contracts): what crosses MQTT, and what the screens hear. With
 * --check it only says whether the committed file is still right.
 */
const ROOT = join(import.meta.dirname, '..');
const FILE = join(ROOT, 'asyncapi.yaml');
const AGENT = 'wh/v1/{site}/{agent}';

/** name, address, who sends it, type, remark. The core is the application that the document describes. */
const MQTT = [
  ['evt', `${AGENT}/evt/{stream}`, 'agent', 'UplinkBatch', 'QoS 1. Ordered records of the durable outbox.'],
  ['ack', `${AGENT}/ack/{stream}`, 'core', 'UplinkAck', 'QoS 1. Cumulative: the highest sequence committed.'],
  [
    'cmd',
    `${AGENT}/cmd/{device}`,
    'core',
    'DeviceCommand',
    'QoS 1. Executed once per id, however often it is sent.',
  ],
  [
    'req',
    `${AGENT}/req/{device}`,
    'agent',
    'EdgeRequest',
    'QoS 1. A question of the agent, with a deadline.',
  ],
  ['res', `${AGENT}/res/{device}`, 'core', 'EdgeResponse', 'QoS 1. Its answer.'],
  [
    'routes',
    `${AGENT}/routes`,
    'core',
    'RoutesMessage',
    'QoS 1. Version n+1 follows n; a gap asks for a snapshot.',
  ],
  ['desired', `${AGENT}/desired`, 'core', 'DesiredMessage', 'QoS 1. How devices shall be set up.'],
  ['agentState', `${AGENT}/state/agent`, 'agent', 'AgentState', 'QoS 1, retained, and the last will.'],
  ['deviceState', `${AGENT}/state/{device}`, 'agent', 'DeviceStateMessage', 'QoS 1, retained.'],
  ['inventory', `${AGENT}/inventory`, 'agent', 'AgentInventory', 'QoS 1, retained: the birth document.'],
  ['ask', `${AGENT}/ask/{device}`, 'core', 'ConsoleAsk', 'QoS 1. A question of a console.'],
  ['ans', `${AGENT}/ans/{device}`, 'agent', 'ConsoleAnswer', 'QoS 1. Its answer, in pieces of its JSON.'],
  ['tlm', `${AGENT}/tlm/{device}`, 'agent', 'FrameBatch', 'QoS 0, droppable, only while somebody watches.'],
  ['coreState', 'wh/v1/{site}/core/state', 'core', 'CoreState', 'QoS 1, retained, and the last will.'],
];
const FACES = { floor: 'FloorLive', tower: 'TowerLive', console: 'ConsoleLive' };
const PARAMETERS = {
  site: 'Code of the site.',
  agent: 'Code of the agent.',
  device: 'Code of the device; "agent" stands for the agent itself.',
  stream: '<device>~<incarnation of the outbox>',
};

export function asyncApiText() {
  const types = readTypes(join(ROOT, 'libs/contracts/src/index.ts'));
  const channels = {};
  const operations = {};
  for (const [name, address, from, type, remark] of MQTT) {
    channels[name] = {
      address,
      description: remark,
      servers: [{ $ref: '#/servers/broker' }],
      parameters: parametersOf(address),
      messages: { [type]: { $ref: `#/components/messages/${type}` } },
    };
    operations[`${from === 'core' ? 'send' : 'receive'}-${name}`] = operation(name, from, [type]);
  }
  const messages = Object.fromEntries(
    MQTT.map(([, , , type]) => [type, { payload: { $ref: `#/components/schemas/${type}` } }]),
  );
  for (const [face, type] of Object.entries(FACES)) {
    const topics = types.topicsOf(type);
    channels[face] = {
      address: `/${face}`,
      description: 'A socket.io namespace. Every message is the event "live".',
      servers: [{ $ref: '#/servers/live' }],
      messages: Object.fromEntries(
        topics.map(({ topic }) => [topic, { $ref: `#/components/messages/${topic}` }]),
      ),
    };
    operations[`send-${face}`] = operation(
      face,
      'core',
      topics.map(({ topic }) => topic),
    );
    for (const { topic, schema, description } of topics) {
      messages[topic] = { ...(description ? { summary: description } : {}), payload: live(topic, schema) };
    }
  }
  for (const [, , , type] of MQTT) types.use(type);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return `# Made by "npm run asyncapi" from libs/contracts; do not edit.\n${stringify(
    {
      asyncapi: '3.0.0',
      info: {
        title: 'Wavehouse: agents and screens',
        version,
        license: { name: 'Apache-2.0' },
        description:
          'What agents and the core say to each other over MQTT 3.1.1, and what screens hear by socket.io.',
      },
      defaultContentType: 'application/json',
      servers: {
        broker: { host: 'localhost:1883', protocol: 'mqtt', protocolVersion: '3.1.1' },
        live: { host: 'localhost:3000', protocol: 'ws', description: 'socket.io 4' },
      },
      channels,
      operations,
      components: { messages, schemas: types.schemas() },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )}`;
}

function operation(channel, from, types) {
  return {
    action: from === 'core' ? 'send' : 'receive',
    channel: { $ref: `#/channels/${channel}` },
    messages: types.map((type) => ({ $ref: `#/channels/${channel}/messages/${type}` })),
  };
}

function parametersOf(address) {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return Object.fromEntries(names.map((name) => [name, { description: PARAMETERS[name] }]));
}

/** The envelope of every live message. */
function live(topic, data) {
  return {
    type: 'object',
    required: ['topic', 'version', 'at', 'data'],
    properties: { topic: { const: topic }, version: { type: 'number' }, at: { type: 'string' }, data },
  };
}

/** Reads the exported types as JSON Schemas; a named type becomes a reference and is kept once. */
function readTypes(file) {
  const program = ts.createProgram([file], {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    noEmit: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const exported = new Map(
    checker
      .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
      .map((symbol) => [
        symbol.name,
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
      ]),
  );
  const kept = new Map();
  const nameOf = (type) => {
    const symbol = type.aliasSymbol ?? type.symbol;
    const isPlain = !type.aliasTypeArguments?.length && !checker.getTypeArguments?.(type)?.length;
    return symbol && isPlain && exported.get(symbol.name) === symbol ? symbol.name : null;
  };
  const docOf = (symbol) =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ');

  function use(name) {
    const symbol = exported.get(name);
    if (!symbol) throw new Error(`libs/contracts exports no ${name}`);
    if (!kept.has(name)) {
      kept.set(name, {});
      const description = docOf(symbol);
      const schema = schemaOf(checker.getDeclaredTypeOfSymbol(symbol), name);
      kept.set(name, { ...(description ? { description } : {}), ...schema });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function schemaOf(type, within = null) {
    const name = nameOf(type);
    if (name && name !== within) return use(name);
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (type.flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isUnion()) return unionOf(type);
    if (checker.isArrayType(type))
      return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
    return objectOf(type);
  }

  function unionOf(type) {
    const members = type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined));
    const literals = members.filter((each) => each.isStringLiteral() || each.isNumberLiteral());
    const truths = members.filter((each) => each.flags & ts.TypeFlags.BooleanLiteral);
    const rest = members.filter(
      (each) => !literals.includes(each) && !(truths.length === 2 && truths.includes(each)),
    );
    const all = [
      ...(literals.length > 0 ? [{ enum: literals.map(({ value }) => value) }] : []),
      ...(truths.length === 2 ? [{ type: 'boolean' }] : []),
      ...rest.map((each) => schemaOf(each)),
    ];
    return all.length === 1 ? all[0] : { anyOf: all };
  }

  function objectOf(type) {
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    const properties = {};
    const required = [];
    for (const property of checker.getPropertiesOfType(type)) {
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const description = docOf(property);
      const schema = schemaOf(typeOf(property, optional));
      properties[property.name] = description && !schema.$ref ? { description, ...schema } : schema;
      if (!optional) required.push(property.name);
    }
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(index ? { additionalProperties: schemaOf(index.type) } : {}),
    };
  }

  function typeOf(property, optional) {
    const type = checker.getTypeOfSymbol(property);
    if (!optional || !type.isUnion()) return type;
    const members = type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined));
    return members.length === 1 ? members[0] : type;
  }

  function topicsOf(name) {
    const type = checker.getDeclaredTypeOfSymbol(exported.get(name));
    return checker.getPropertiesOfType(type).map((property) => ({
      topic: property.name,
      description: docOf(property),
      schema: schemaOf(checker.getTypeOfSymbol(property)),
    }));
  }

  return {
    use,
    topicsOf,
    schemas: () => Object.fromEntries([...kept].sort(([a], [b]) => a.localeCompare(b, 'en'))),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = asyncApiText();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error('asyncapi.yaml is not what the code says: run "npm run asyncapi" and commit it.');
    process.exitCode = 1;
  }
}
