import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import type { DeviceFaultCode, DeviceState } from '#lib/contracts';
import { type Driver, type Effect, playToCodec, readTranscripts, type Step } from '#lib/device-kit';
import { driverIndex } from '../../../../devices/index.generated.js';
import { faultOf } from './advice.js';

const ROOT = join(import.meta.dirname, '../../../..');
const KIT = join(ROOT, 'libs/device-kit/src');

/** What stands in a sentence where the source has a value that only running code knows; as in the transcripts, where they say it. */
const SAMPLES: Readonly<Record<string, string>> = {
  'answer.refused': 'illegal data address',
  'state.config.silenceMs': '5000',
  'config.repeats + 1': '4',
  name: 'the controller',
  'options.path': '/dev/serial/by-id/usb-1a86-if00',
  path: '/dev/serial/by-id/usb-1a86-if00',
  'this.port.path': '/dev/serial/by-id/usb-1a86-if00',
  address: '192.168.1.20:9100',
  'link.label': 'tcp server on 0.0.0.0:2000',
  'options.port': '2000',
  topic: 'wh/v1/1/edge-1/plc/p/up',
  base: 'wh/v1/1/edge-1/plc/p',
  'outgoing.leaf': 'down',
  what: 'subscribe wh/v1/1/edge-1/plc/p/up',
  limitMs: '5000',
  'next.tag': 'poll',
  'request.count': '124',
  'data.length': '60',
  'OPEN_LIMIT_MS / 1000': '3',
  'CONNECT_LIMIT_MS / 1000': '3',
  'this.driver.id': 'acme/echo',
  'this.driver.version': '1.3.0',
};
/** Words of the operating system and of libraries, behind our own or alone; advice.spec.ts has more of them. */
const FOREIGN = /^(error\.message|message|messageOf\(error\)|error instanceof Error .*)$/s;
const FOREIGN_SAMPLE = 'read ECONNRESET';

/** Which call says what, by its callee's last name: a driver of itself, a link of its end. */
const SAYERS: ReadonlyMap<string, DeviceState> = new Map([
  ['degraded', 'degraded'],
  ['reopen', 'lost'],
  ['onClosed', 'lost'],
]);
/** Links that say what they are told: the one of tests, and the wrapper of all events. */
const HANDS_ON = ['links/fake.ts', 'links/link.ts'];

interface Said {
  state: DeviceState;
  sentence: string;
}

/** Reads the sentences out of one source file: literals, and the constants, parameters and functions of the file that hold them. */
class Reader {
  readonly said: Said[] = [];
  readonly unread: string[] = [];
  private readonly calls: ts.CallExpression[] = [];
  private readonly source: ts.SourceFile;

  constructor(
    private readonly file: string,
    private readonly elsewhere: (expression: string) => readonly string[] | undefined,
  ) {
    this.source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    walk(this.source, (node) => ts.isCallExpression(node) && this.calls.push(node));
  }

  /** @param errors also what errors say, as a link does that can't be opened */
  read({ errors = false } = {}): this {
    for (const call of this.calls) {
      const state = SAYERS.get(nameOf(call.expression));
      if (state && call.arguments[0]) this.keep(state, call.arguments[0]);
    }
    walk(this.source, (node) => {
      if (errors && ts.isNewExpression(node) && node.expression.getText() === 'Error' && node.arguments?.[0])
        this.keep('lost', node.arguments[0]);
    });
    return this;
  }

  /** What a function returns, wherever it says a sentence. */
  returned(name: string): string[] {
    const found: string[] = [];
    walk(this.source, (node) => {
      if (!ts.isFunctionDeclaration(node) || node.name?.text !== name) return;
      walk(node, (inner) => {
        if (ts.isReturnStatement(inner) && inner.expression)
          found.push(...(this.values(inner.expression) ?? []));
      });
    });
    return found;
  }

  private keep(state: DeviceState, argument: ts.Expression): void {
    const sentences = this.values(argument);
    if (!sentences || sentences.length === 0) {
      this.unread.push(`${this.file.slice(ROOT.length + 1)}: ${argument.getText()}`);
      return;
    }
    this.said.push(...sentences.map((sentence) => ({ state, sentence })));
  }

  /** Every text that an expression can be; undefined where this reader can't tell. */
  private values(node: ts.Expression): string[] | undefined {
    const text = node.getText();
    if (FOREIGN.test(text)) return [FOREIGN_SAMPLE];
    if (SAMPLES[text] !== undefined) return [SAMPLES[text]];
    if (ts.isStringLiteralLike(node)) return [node.text];
    if (node.kind === ts.SyntaxKind.NullKeyword) return [];
    if (ts.isConditionalExpression(node)) return this.all([node.whenTrue, node.whenFalse]);
    if (ts.isTemplateExpression(node)) {
      return node.templateSpans.reduce<string[] | undefined>(
        (sums, span) => {
          const parts = this.values(span.expression);
          return sums && parts && sums.flatMap((sum) => parts.map((part) => sum + part + span.literal.text));
        },
        [node.head.text],
      );
    }
    if (ts.isCallExpression(node)) return this.returned(nameOf(node.expression));
    if (ts.isIdentifier(node)) return this.named(node);
    return this.elsewhere(text) as string[] | undefined;
  }

  private all(nodes: readonly ts.Expression[]): string[] | undefined {
    const found = nodes.map((node) => this.values(node));
    return found.every((each) => each !== undefined) ? found.flat() : undefined;
  }

  /** A constant around it, or a parameter: then what the calls of its function hand over. */
  private named(node: ts.Identifier): string[] | undefined {
    for (let scope: ts.Node = node.parent; scope; scope = scope.parent) {
      if (ts.isFunctionDeclaration(scope)) {
        const at = scope.parameters.findIndex(({ name }) => name.getText() === node.text);
        const own = scope.name?.text;
        if (at >= 0)
          return this.all(
            this.calls.filter((call) => nameOf(call.expression) === own).map((call) => call.arguments[at]!),
          );
      }
      if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
      for (const statement of scope.statements) {
        if (!ts.isVariableStatement(statement)) continue;
        const held = statement.declarationList.declarations.find(({ name }) => name.getText() === node.text);
        if (held?.initializer) return this.values(held.initializer);
      }
    }
    return undefined;
  }
}

function nameOf(callee: ts.Expression): string {
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
}

function walk(node: ts.Node, visit: (node: ts.Node) => unknown): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function sourcesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|(^|\/)simulator\.ts$/.test(file))
    .map((file) => join(dir, file))
    .filter((file) => !HANDS_ON.some((each) => file.endsWith(each)));
}

/** Everything that drivers and links say of a device that is not well, by their sources. */
function written(): { said: Said[]; unread: string[] } {
  const drivers = sourcesIn(join(ROOT, 'devices'));
  const stops = drivers.flatMap((file) => new Reader(file, () => undefined).returned('whyStopped'));
  const elsewhere = (text: string) => (text === 'status.stopped' ? stops : undefined);
  const readers = [
    ...[...drivers, ...sourcesIn(join(KIT, 'parts'))].map((file) => new Reader(file, elsewhere).read()),
    ...sourcesIn(join(KIT, 'links')).map((file) => new Reader(file, elsewhere).read({ errors: true })),
  ];
  return { said: readers.flatMap(({ said }) => said), unread: readers.flatMap(({ unread }) => unread) };
}

/** What a driver says while its transcripts are played to it. */
async function played(driver: Driver, dir: string): Promise<Said[]> {
  const said: Said[] = [];
  const note = (each: Effect): void => {
    if (each.do === 'after-stored') each.effects.forEach(note);
    if (each.do === 'report' && each.state === 'degraded')
      said.push({ state: 'degraded', sentence: each.reason ?? '' });
    if (each.do === 'reopen') said.push({ state: 'lost', sentence: each.reason });
  };
  const codec = new Proxy(driver.codec, {
    get: (target, name) => {
      const does = Reflect.get(target, name);
      if (typeof does !== 'function') return does;
      return (...args: unknown[]) => {
        const step = Reflect.apply(does, target, args) as Step<unknown> | undefined;
        step?.effects?.forEach(note);
        return step;
      };
    },
  });
  for (const transcript of await readTranscripts(join(dir, 'transcripts')))
    playToCodec({ ...driver, codec }, transcript);
  return said;
}

const adviceOf = ({ state, sentence }: Said) =>
  faultOf({ state, reason: sentence, fault: null, agentOnline: true });

/** Every sentence of the drivers in this tree, and what a person is told about it. */
const DRIVERS: Readonly<Record<string, DeviceFaultCode>> = {
  'the print head is open': 'head-open',
  'the cover is open': 'head-open',
  'the labels are jammed': 'labels-jammed',
  'out of labels': 'labels-out',
  'out of ribbon': 'labels-out',
  paused: 'paused',
  'too hot': 'too-hot',
  'its buffer is full': 'buffer-full',
  'an error of the printer: see its display': 'look-at-it',
  'the printer is silent: out of labels, head open, or switched off': 'printer-silent',
  'the scale does not answer: cable, baud rate, or not set to MT-SICS': 'no-answer',
  'the scale does not answer: cable, baud rate or parity (7 data bits, even), or another protocol':
    'no-answer',
  'the scanner does not answer: cable, baud rate, or not set to SSI': 'no-answer',
  'the reader does not answer: power, cable, or its command port is off': 'no-answer',
  'the dimensioner does not answer: cable, baud rate, or it is still starting': 'no-answer',
  'not heard yet': 'not-heard',
  'the scale is silent: cable, baud rate, or its continuous output is off': 'not-heard',
  'the scanner was not heard for 5000 ms: power, cable, or its heartbeat is off': 'not-heard',
  'the PLC shows no sign of life': 'no-life',
  'the controller shows no sign of life': 'no-life',
  [`the PLC refuses the registers: ${SAMPLES['answer.refused']}`]: 'wrong-registers',
  [`the module refuses the coils: ${SAMPLES['answer.refused']}`]: 'wrong-registers',
  'the registers hold no mailbox of ours': 'wrong-registers',
  'the answer is too short': 'wrong-registers',
};
/** Those that are no more than "look at it", and why. */
const NO_ADVICE: Readonly<Record<string, string>> = {
  'an error of the printer: see its display': 'the printer tells the host no more than that it has an error',
};
const PORT = SAMPLES['options.path'];
const ADDRESS = SAMPLES.address;
/** Every sentence with which a link can't be opened or ends. */
const LINKS: Readonly<Record<string, DeviceFaultCode>> = {
  [`${PORT} does not exist: is the device plugged in?`]: 'port-missing',
  [`${PORT}: no permission; add this user to the group "dialout"`]: 'no-permission',
  [`${PORT} is in use by another program`]: 'port-busy',
  'port 2000 is taken by another program': 'port-busy',
  [`${PORT} did not open within 3 s`]: 'no-answer',
  [`${PORT} takes no more bytes: flow control or a dead device`]: 'no-answer',
  'tcp server on 0.0.0.0:2000 takes no more bytes': 'no-answer',
  [`${ADDRESS} did not answer within 3 s`]: 'no-answer',
  'no answer within 3 s': 'no-answer',
  'the PLC did not answer the route, 4 times': 'no-answer',
  'too many Modbus requests are waiting': 'no-answer',
  'stopped while waiting for the device to call': 'not-heard',
  [`${PORT} is gone: unplugged`]: 'unplugged',
  [`${PORT} was unplugged or closed`]: 'unplugged',
  [`${ADDRESS} closed the connection`]: 'unplugged',
  'tcp server on 0.0.0.0:2000 closed the connection': 'unplugged',
  'tcp server on 0.0.0.0:2000: the device hung up': 'unplugged',
  [FOREIGN_SAMPLE]: 'unplugged',
  [`${PORT}: ${FOREIGN_SAMPLE}`]: 'unplugged',
  [`${ADDRESS}: ${FOREIGN_SAMPLE}`]: 'unplugged',
  [`tcp server on 0.0.0.0:2000: ${FOREIGN_SAMPLE}`]: 'unplugged',
  [`Modbus request "poll": ${FOREIGN_SAMPLE}`]: 'unplugged',
  'asked for 124 registers, got 60': 'wrong-registers',
  [`${ADDRESS} refuses the connection: is the device's TCP port switched on?`]: 'refused',
  [`${ADDRESS} can't be reached: cable or address`]: 'unreachable',
  [`${ADDRESS}: no such host name`]: 'unreachable',
  'the MQTT broker is not connected': 'broker-gone',
  'the broker refuses a subscription of wh/v1/1/edge-1/plc/p/up': 'broker-gone',
  'subscribe wh/v1/1/edge-1/plc/p/up: no answer in 5000 ms': 'broker-gone',
  [`publish to wh/v1/1/edge-1/plc/p/down: ${FOREIGN_SAMPLE}`]: 'broker-gone',
};

describe('what drivers and links say of a device that is not well', () => {
  const { said, unread } = written();
  const table = (wanted: DeviceState) =>
    Object.fromEntries(
      said.filter(({ state }) => state === wanted).map((each) => [each.sentence, adviceOf(each)]),
    );

  it('is read out of the sources to the last sentence', () => {
    expect(unread).toEqual([]);
  });

  it('has advice that fits: drivers', () => {
    expect(table('degraded')).toEqual(DRIVERS);
  });

  it('has advice that fits: links', () => {
    expect(table('lost')).toEqual(LINKS);
  });

  it('leaves nobody with "look at it" where more is known', () => {
    const without = said.filter((each) => adviceOf(each) === 'look-at-it').map(({ sentence }) => sentence);
    expect([...new Set(without)]).toEqual(Object.keys(NO_ADVICE));
  });

  it.each(driverIndex)('fits what $id says while its transcripts are played', async ({ id, load }) => {
    for (const each of await played((await load()).default as Driver, join(ROOT, 'devices', id))) {
      expect({ ...each, advice: adviceOf(each) }).toEqual({
        ...each,
        advice: DRIVERS[each.sentence] ?? LINKS[each.sentence],
      });
    }
  });
});
