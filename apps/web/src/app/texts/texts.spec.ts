import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import {
  commandStates,
  deviceStates,
  loadStates,
  manifestStates,
  orderStates,
  parcelStates,
  runStates,
  taskStates,
  waveStates,
  waveStepStates,
} from '#lib/contracts';
import { texts as devicesMs } from './devices.ms.data.js';
import { texts as devicesZh } from './devices.zh.data.js';
import { texts as floorMs } from './floor.ms.data.js';
import { texts as floorZh } from './floor.zh.data.js';
import { floorTexts } from './floor-texts.js';
import { texts as flowMs } from './flow.ms.data.js';
import { texts as flowZh } from './flow.zh.data.js';
import { texts as reasonsMs } from './reasons.ms.data.js';
import { texts as reasonsZh } from './reasons.zh.data.js';
import { texts as towerMs } from './tower.ms.data.js';
import { texts as towerZh } from './tower.zh.data.js';
import { towerTexts } from './tower-texts.js';
import { texts as wavesMs } from './waves.ms.data.js';
import { texts as wavesZh } from './waves.zh.data.js';

const SRC = join(import.meta.dirname, '../..');
const CORE = join(SRC, '../../api/src');
const TOWER_FEATURES = [
  'board',
  'channels',
  'devices',
  'exceptions',
  'flow',
  'orders',
  'people',
  'schedules',
  'setup',
  'shipping',
  'stock',
  'story',
  'templates',
  'waiting',
  'waves',
];
const FLOOR_FEATURES = ['load', 'pack', 'pick', 'put-back', 'put-wall', 'receive', 'replenish', 'what-is'];

const STEPS = [
  'select',
  'validate',
  'promise',
  'reserve',
  'replenish',
  'cartonise',
  'batch',
  'route',
  'assign',
  'create-tasks',
  'release',
];

/** Words of the core's sources that stand where one of the patterns looks. */
function wordsIn(file: string, ...patterns: RegExp[]): string[] {
  const source = readFileSync(join(CORE, file), 'utf8');
  const found = patterns.map((pattern) => [...source.matchAll(pattern)].map(([, word]) => word!));
  // A pattern that finds nothing any more would let new codes by.
  for (const [at, words] of found.entries())
    if (words.length === 0) throw new Error(`${file}: ${patterns[at]}`);
  return found.flat();
}

const TABLE_KEYS = /^ {2}'?([a-z][a-z-]*)'?: /gm;
const CODES = /code: '([a-z-]+)'/g;

/** Every code that a reason of the core has on a screen, read where the core makes it. */
const REASONS = new Set([
  ...wordsIn('waves/reason-texts.ts', TABLE_KEYS),
  ...wordsIn('waves/explain-waiting.ts', /^ {2}\| '([a-z-]+)'/gm, CODES),
  ...wordsIn('waves/explain-waiting.ts', /^ {2}([a-z]+): '/gm).map((state) => `wave-${state}`),
  ...wordsIn('waves/decide-release.ts', /wait\('([a-z-]+)'/g),
  ...wordsIn(
    'waves/work-in-progress.ts',
    CODES,
    /full: '([a-z-]+)'/g,
    /\? '([a-z]+-[a-z]+)' :/g,
    /: '(printer-[a-z]+)'/g,
  ),
  ...wordsIn('waves/work-in-progress.ts', /nobody \? '([a-z-]+)'/g),
  ...wordsIn('waves/decide-merge.ts', CODES),
  ...wordsIn('waves/decide-rival.ts', CODES),
  ...wordsIn('waves/schedules.service.ts', CODES, /said\('([a-z-]+)'/g),
  // What an undo touches, one by one.
  ...wordsIn('waves/wave-undo.service.ts', CODES),
  ...wordsIn('picking/withdraw.service.ts', CODES),
  ...wordsIn('packing/unpack.service.ts', CODES),
  'run-cancelled',
  'run-picked',
]);
// Kinds that are told by the code of the wave, or of what takes the order.
for (const told of ['wave', 'taker']) REASONS.delete(told);

function remedies(): string[] {
  const lists = wordsIn('control-tower/exception-catalogue.ts', /remedies: \[([^\]]+)\]/g);
  return lists.flatMap((list) => [...list.matchAll(/'([^']+)'/g)].map(([, remedy]) => remedy!));
}

/** The names behind `t(`kind ${name}`)`: what the core may send. */
const NAMES: Record<string, readonly string[]> = {
  order: Object.keys(orderStates),
  wave: Object.keys(waveStates),
  parcel: Object.keys(parcelStates),
  load: Object.keys(loadStates),
  manifest: Object.keys(manifestStates),
  device: Object.keys(deviceStates),
  'step-state': Object.keys(waveStepStates),
  revision: ['wanted', 'trying', 'healthy', 'unproven', 'rolled-back', 'refused'],
  quality: ['none', 'bronze', 'silver'],
  command: Object.keys(commandStates),
  version: ['active', 'kept', 'refused'],
  channel: ['open', 'locked', 'asleep'],
  lane: ['open', 'closed', 'full', 'jam'],
  point: ['working', 'forced-safe', 'core-gone', 'agent-gone', 'plc-gone'],
  override: ['lane-closed', 'lane-open', 'parcel-lane', 'point-safe'],
  effect: ['lane-closed', 'lane-open', 'parcel-lane', 'point-safe'],
  'plan-change': ['edited', 'imported', 'undone'],
  role: ['admin', 'supervisor', 'operator', 'integrator'],
  run: Object.keys(runStates),
  task: Object.keys(taskStates),
  step: STEPS,
  'step-what': STEPS,
  risk: ['safe', 'at-risk', 'late'],
  bottleneck: ['pick', 'put-wall', 'pack', 'sort', 'ship'],
  figure: [
    'orders',
    'lines',
    'units',
    'runs',
    'walkMetres',
    'naiveWalkMetres',
    'shortLines',
    'left',
    'unfitOrders',
    'pickMinutes',
    'packMinutes',
    'labourMinutes',
    'cartons',
    'replenishments',
  ],
  choice: ['select', 'left-out', 'bin', 'carton', 'run', 'slot', 'lane', 'replenish', 'station'],
  undo: [
    'run-withdrawn',
    'run-to-station',
    'pick-withdrawn',
    'put-back',
    'replenishment-withdrawn',
    'label-voided',
    'parcel-unpacked',
    'parcel-cancelled',
    'order-waits-again',
    'order-kept',
  ],
  shape: ['single-unit', 'single-line', 'multi-line'],
  measure: ['orders', 'lines', 'units'],
  option: ['strategy', 'topUp', 'method', 'slotsMax', 'automatic'],
  choose: ['fefo', 'fifo', 'fewest-touches', 'full-containers', 'cluster', 'zone', 'single', 'batch'],
  pressure: ['stop', 'services', 'slow'],
  work: ['pick', 'put-wall', 'pack'],
  day: ['1', '2', '3', '4', '5', '6', '7'],
  'schedule-run': ['due', 'done', 'nothing', 'held', 'failed', 'superseded'],
  reason: [...REASONS],
  exception: [
    ...wordsIn('control-tower/exception-catalogue.ts', /^ {2}'?([a-z][a-z-]*)'?: \{/gm),
    ...wordsIn('waves/line-remedies.ts', /(?:LINE_FAILED|CHANNEL_STUCK) = '([a-z.-]+)'/g),
  ],
  remedy: [...remedies(), ...wordsIn('waves/line-remedies.ts', /'([a-z ]+)'[,\]]/g), 'acknowledged'],
  owner: wordsIn('platform/exceptions.ts', /^ {2}\| '([a-z]+)'/gm),
  stage: ['waiting', 'released', 'picking', 'picked', 'packing', 'packed', 'staged', 'shipped'],
};

function keysIn(files: string[]): { keys: Set<string>; unreadable: string[] } {
  const keys = new Set<string>();
  const unreadable: string[] = [];
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.arguments[0]) {
        const name = node.expression.text;
        if (name === 't' || name === 'text') take(node.arguments[0], name, file);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { keys, unreadable };

  function take(argument: ts.Expression, name: string, file: string): void {
    if (ts.isStringLiteralLike(argument)) keys.add(argument.text);
    else if (ts.isTemplateExpression(argument))
      for (const each of NAMES[argument.head.text.trim()] ?? []) keys.add(`${argument.head.text}${each}`);
    // `t(column.title)`: the sentence was marked by `text(...)` where it stands.
    else if (name !== 't' || !ts.isPropertyAccessExpression(argument))
      unreadable.push(`${file}: ${argument.getText()}`);
  }
}

function filesIn(...places: string[]): string[] {
  return places.flatMap((place) =>
    (readdirSync(join(SRC, place), { recursive: true }) as string[])
      .filter((file) => /\.tsx?$/.test(file) && !/\.spec\.|\.data\.ts$/.test(file))
      .map((file) => join(SRC, place, file)),
  );
}

const floorFiles = [
  ...FLOOR_FEATURES.flatMap((feature) => filesIn(`features/${feature}`)),
  ...filesIn('ui/floor'),
  ...['app/home.tsx', 'app/floor-app.tsx', 'features/sign-in/badge-sign-in.tsx'].map((file) =>
    join(SRC, file),
  ),
];
const towerFiles = [
  ...TOWER_FEATURES.flatMap((feature) => filesIn(`features/${feature}`)),
  ...filesIn('ui/tower'),
  ...['app/tower-shell.tsx', 'features/sign-in/office-sign-in.tsx'].map((file) => join(SRC, file)),
];

const holes = (sentence: string): string[] =>
  [...sentence.matchAll(/\{\{\w+\}\}/g)].map(([hole]) => hole).sort();

describe.each([
  ['floor', floorFiles, floorTexts.en, { ms: floorMs, zh: floorZh }],
  [
    'tower',
    towerFiles,
    towerTexts.en,
    {
      ms: { ...towerMs, ...wavesMs, ...devicesMs, ...flowMs, ...reasonsMs },
      zh: { ...towerZh, ...wavesZh, ...devicesZh, ...flowZh, ...reasonsZh },
    },
  ],
] as const)('texts of the %s', (_face, files, english, languages) => {
  const { keys, unreadable } = keysIn([...files]);

  it('are written where a reader of the source finds them', () => {
    expect(unreadable).toEqual([]);
    expect(keys.size).toBeGreaterThan(40);
  });

  it.each(['ms', 'zh'] as const)('are all there in %s, and none that nobody uses', (language) => {
    const texts = languages[language];
    expect([...keys].filter((key) => !texts[key])).toEqual([]);
    const open = /^(because|remedy|step|kind|line|reason-brief) /;
    expect(Object.keys(texts).filter((key) => !keys.has(key) && !open.test(key))).toEqual([]);
  });

  it.each(['ms', 'zh'] as const)('have the same holes to fill in %s', (language) => {
    // English reasons are the core's own sentences: what those tell is compared between the other languages.
    const told = (key: string) =>
      /^reason(-brief)? /.test(key) ? (languages.ms[key] ?? '') : (english[key] ?? key);
    const wrong = Object.entries(languages[language]).filter(
      ([key, translated]) => holes(told(key)).join() !== holes(translated).join(),
    );
    expect(wrong).toEqual([]);
  });

  it('have English singulars of sentences that exist', () => {
    const singulars = Object.keys(english).filter((key) => key.endsWith(' (one)'));
    expect(singulars.filter((key) => !keys.has(key.replace(' (one)', '')))).toEqual([]);
  });
});
