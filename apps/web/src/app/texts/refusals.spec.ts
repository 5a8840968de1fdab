import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import {
  countStates,
  labelStates,
  loadStates,
  manifestStates,
  orderStates,
  parcelStates,
  printStates,
  replenishmentStates,
  runStates,
  taskStates,
  waveStates,
  waveStepStates,
} from '#lib/contracts';
import { texts as ms } from './refusals.ms.data.js';
import { texts as zh } from './refusals.zh.data.js';
import { texts as towerMs } from './tower-refusals.ms.data.js';
import { texts as towerZh } from './tower-refusals.zh.data.js';

const ROOT = join(import.meta.dirname, '../../../../..');
const CORE = join(ROOT, 'apps/api/src');
/** Where refusals are made that somebody on the floor may meet. */
const FLOOR = [
  'access',
  'inventory',
  'packing',
  'picking',
  'platform',
  'receiving',
  'shipping',
  'sites',
  'orders/order-progress.service.ts',
];
/** Where refusals are made that only tower and console meet. */
const TOWER = [
  'control-tower',
  'devices',
  'flow-control',
  'merchants',
  'orders',
  'waves',
  'platform/broker/edge-console.ts',
];
/** Talk among machines, and the intake of merchants' own systems: no person is told. */
const MACHINES = /^(platform\/broker\/|orders\/orders\.controller)/;

/** A refusal as some place of the core gives it. */
interface Given {
  code: string;
  facts: readonly string[];
}

/** Codes that stand nowhere whole, by the file and the expression that makes them; facts where those are made elsewhere too. */
const OPEN: Readonly<Record<string, () => (string | Given)[]>> = {
  'picking/picks.service.ts decision.code': () => decisionsOf('picking/confirm-pick.ts'),
  'picking/replenishments.service.ts decision.code': () => decisionsOf('picking/decide-replenish.ts'),
  'picking/put-walls.service.ts code': () => decisionsOf('picking/decide-put.ts'),
  'picking/put-undo.service.ts code': () => decisionsOf('picking/decide-put-undo.ts'),
  'picking/put-backs.service.ts `picking.${code}`': () => wrongScans('picking'),
  'packing/packing.service.ts `packing.${scan.kind}`': () => decisionsOf('packing/pack-scan.ts'),
  'packing/closing.service.ts `packing.${fault.code}`': () => decisionsOf('packing/weigh-check.ts'),
  'packing/labels.service.ts `packing.${fault.code}`': () => decisionsOf('packing/label-scan.ts'),
  'receiving/receiving.service.ts code': () => decisionsOf('receiving/receive-goods.ts'),
  'receiving/put-away.service.ts `receiving.${code}`': () =>
    ['unreadable', 'wrong-item', 'wrong-lot'].map((wrong) => `receiving.${wrong}`),
  'inventory/inventory.queries.ts `inventory.unknown-${noun}`': () => [
    'inventory.unknown-location',
    'inventory.unknown-container',
  ],
  'platform/transition.ts `${machine.noun}.unknown`': () => nouns(FLOOR).map((noun) => `${noun}.unknown`),
  'platform/transition.ts `${machine.noun}.wrong-state`': () =>
    nouns(FLOOR).map((noun) => `${noun}.wrong-state`),
  'platform/http/answer-rows.ts `${intake.module}.media-type`': () =>
    wordsIn(FLOOR, /module: '([a-z]+)'/g).map((module) => `${module}.media-type`),
};
/** What is moved along states, and so may be in the wrong one. */
const FLOOR_STATES = [
  countStates,
  labelStates,
  loadStates,
  manifestStates,
  parcelStates,
  printStates,
  replenishmentStates,
  runStates,
  taskStates,
];
const TOWER_STATES = [orderStates, waveStates, waveStepStates];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const sourceOf = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);

/** Sources of modules, or one source by its name. */
function filesOf(places: readonly string[]): string[] {
  return places
    .flatMap((place) =>
      place.endsWith('.ts')
        ? [place]
        : (readdirSync(join(CORE, place), { recursive: true }) as string[]).map((file) => `${place}/${file}`),
    )
    .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$/.test(file))
    .filter((file) => places.includes(file) || !MACHINES.test(file));
}

function wordsIn(places: readonly string[], pattern: RegExp): string[] {
  const found = filesOf(places).flatMap((file) => [...read(`apps/api/src/${file}`).matchAll(pattern)]);
  return [...new Set(found.map(([, word]) => word!))];
}

/** What is refused by its name when it is in the wrong state. */
function nouns(places: readonly string[]): string[] {
  return wordsIn(places, /States, noun: '([a-z]+)'/g);
}

function wrongScans(module: string): string[] {
  const found = [...read('libs/floor/src/scan-checks.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)];
  return found.map(([, wrong]) => `${module}.${wrong}`);
}

function nodesOf<N extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is N): N[] {
  const found: N[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** The initializer of a property; the name itself where it is a shorthand. */
function property(object: ts.Expression | undefined, name: string): ts.Expression | null {
  if (!object || !ts.isObjectLiteralExpression(object)) return null;
  const found = object.properties.find((each) => each.name?.getText() === name);
  if (found && ts.isPropertyAssignment(found)) return found.initializer;
  return found && ts.isShorthandPropertyAssignment(found) ? found.name : null;
}

/** Names of the facts that an expression gives; null where they cannot be read. */
function factNames(expression: ts.Expression | null): string[] | null {
  if (!expression) return [];
  if (ts.isIdentifier(expression)) {
    const declared = declarationOf(expression);
    return declared && factNames(declared);
  }
  if (!ts.isObjectLiteralExpression(expression)) return null;
  const names = expression.properties.map((each) =>
    ts.isSpreadAssignment(each) ? factNames(each.expression) : [each.name!.getText()],
  );
  return names.every((each) => each !== null) ? names.flat() : null;
}

/** Where the constant of this name that the expression sees is declared. */
function declarationOf(name: ts.Identifier): ts.Expression | null {
  for (let scope: ts.Node = name; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    const declared = scope.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .find((each) => each.name.getText() === name.text);
    if (declared) return declared.initializer ?? null;
  }
  return null;
}

/** What a pure decision refuses: its objects that have a detail. */
function decisionsOf(file: string): Given[] {
  const [module] = file.split('/');
  const source = sourceOf(`apps/api/src/${file}`);
  const whole = (word: string): string => (word.includes('.') ? word : `${module}.${word}`);
  const calls = nodesOf(source, ts.isCallExpression);
  const codesOf = (code: ts.Expression): string[] => {
    if (ts.isStringLiteralLike(code)) return [whole(code.text)];
    if (ts.isTemplateExpression(code)) return wrongScans(module!);
    // A parameter of the function that makes the refusal: what that is called with.
    const maker = ts.findAncestor(code, ts.isFunctionDeclaration)?.name?.text;
    const given = calls.filter(({ expression }) => expression.getText() === maker);
    return given.flatMap(({ arguments: [first] }) => codesOf(first!));
  };
  return nodesOf(source, ts.isObjectLiteralExpression)
    .filter((object) => property(object, 'detail'))
    .flatMap((object) => {
      const code = (property(object, 'code') ?? property(object, 'kind'))!;
      const facts = factNames(property(object, 'facts'))!;
      return codesOf(code).map((each) => ({ code: each, facts }));
    });
}

function givenIn(files: readonly string[]): { given: Given[]; unreadable: string[] } {
  const given: Given[] = [];
  const unreadable: string[] = [];
  for (const file of files) {
    const isRefusal = ({ expression }: ts.NewExpression): boolean => expression.getText() === 'Refusal';
    for (const thrown of nodesOf(sourceOf(`apps/api/src/${file}`), ts.isNewExpression).filter(isRefusal)) {
      const [code, , details] = thrown.arguments!;
      const facts = factNames(property(details, 'facts'));
      for (const each of codesAt(file, code!)) {
        if (typeof each !== 'string') given.push(each);
        else if (each.includes(' ') || facts === null) unreadable.push(`${file}: ${thrown.getText()}`);
        else given.push({ code: each, facts });
      }
    }
  }
  return { given, unreadable };
}

/** The codes of one place; where they cannot be read, words that are none. */
function codesAt(file: string, code: ts.Expression): (string | Given)[] {
  if (ts.isStringLiteralLike(code)) return [code.text];
  if (ts.isConditionalExpression(code))
    return [code.whenTrue, code.whenFalse].flatMap((each) => codesAt(file, each));
  const place = `${file} ${code.getText()}`;
  return OPEN[place]?.() ?? [place];
}

/** What becomes of errors that are no refusal, and what the page itself says. */
const OTHERS: Given[] = [
  ...[
    ...read('apps/api/src/platform/http/problem.ts').matchAll(/'((?:request|access|platform)\.[a-z-]+)'/g),
  ].map(([, code]) => ({ code: code!, facts: [] })),
  { code: 'network.down', facts: [] },
  { code: 'http.error', facts: ['status'] },
  { code: 'page.fault', facts: [] },
];

const onFloor = givenIn(filesOf(FLOOR));
const inTower = givenIn(filesOf(TOWER));
const floor = [...onFloor.given, ...OTHERS];
const floorCodes = new Set(floor.map(({ code }) => code));
const tower = [
  ...inTower.given,
  ...nouns(TOWER).flatMap((noun) => [
    { code: `${noun}.unknown`, facts: [] },
    { code: `${noun}.wrong-state`, facts: ['state', 'to'] },
  ]),
].filter(({ code }) => !floorCodes.has(code));

const holes = (sentence: string): string[] =>
  [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).sort();

it('refusals are given where a reader of the source finds their codes and facts', () => {
  expect([...onFloor.unreadable, ...inTower.unreadable]).toEqual([]);
  expect(floorCodes.size).toBeGreaterThan(130);
  expect(new Set(tower.map(({ code }) => code)).size).toBeGreaterThan(50);
});

describe.each([
  ['floor', floor, FLOOR_STATES, { ms, zh }],
  [
    'tower',
    tower,
    [...FLOOR_STATES, ...TOWER_STATES],
    { ms: { ...ms, ...towerMs }, zh: { ...zh, ...towerZh } },
  ],
] as const)('refusals of the %s', (_face, refusals, tables, languages) => {
  it.each(['ms', 'zh'] as const)('have a sentence in %s that names only what is given', (language) => {
    const texts: Record<string, string> = languages[language];
    const codes = [...new Set(refusals.map(({ code }) => code))];
    expect(codes.filter((code) => !texts[`refusal ${code}`])).toEqual([]);
    const missing = refusals.flatMap(({ code, facts }) =>
      holes(texts[`refusal ${code}`] ?? '')
        .filter((hole) => hole !== 'detail' && !facts.includes(hole))
        .map((hole) => `${code}: ${hole}`),
    );
    expect(missing).toEqual([]);
  });

  it('tell the same in each language, and nothing that nobody says', () => {
    const { ms: malay, zh: chinese } = languages as Record<string, Record<string, string>>;
    expect(Object.keys(chinese!)).toEqual(Object.keys(malay!));
    const differing = Object.keys(malay!).filter(
      (key) => holes(malay![key]!).join() !== holes(chinese![key]!).join(),
    );
    expect(differing).toEqual([]);
    const said = new Set([...floor, ...refusals].map(({ code }) => `refusal ${code}`));
    const idle = Object.keys(malay!).filter((key) => key.startsWith('refusal ') && !said.has(key));
    expect(idle).toEqual([]);
  });

  it('name every state in the reader’s words', () => {
    const states = tables.flatMap((table) => Object.keys(table));
    expect(states.filter((state) => !languages.ms[`fact state ${state}`])).toEqual([]);
  });
});
