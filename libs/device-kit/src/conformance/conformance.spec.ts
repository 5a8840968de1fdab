import type { DeviceOrder } from '#lib/contracts';
import { toBytes, toHex, toText } from '../bytes.js';
import { COMMAND_LIMIT, type Codec, defineDevice, effect, fault } from '../driver.js';
import { delimited, type FramerState, matched } from '../framers.js';
import { defineSimulator, type SimulatedDevice, wireAt } from '../sim/simulator.js';
import { CONFORMANCE_RULES, checkConformance, checkRule, earnedLevel, falseClaim } from './conformance.js';
import type { DriverFolder } from './folder.js';
import { parseTranscript } from './transcript.js';

/** A sound little scale, and the mistakes that each rule must find in it. */
interface State {
  framing: FramerState;
  asked: boolean;
}

const LINES = delimited({ ends: [13, 10], maxBytes: 64 });

const sound: Codec<unknown, State> = {
  open: () => ({ state: { framing: LINES.empty, asked: false }, effects: [effect.ready()] }),
  onData(state, chunk) {
    const framed = LINES.push(state.framing, chunk);
    const effects = [
      framed.state.buffer.length > 0 ? effect.startTimer('line', 200) : effect.stopTimer('line'),
    ];
    const readings = framed.frames.flatMap((frame) => {
      const grams = /^W(\d{1,6})$/.exec(toText(frame))?.[1];
      if (grams === undefined) return [fault('not-understood', 'no weight', toHex(frame))];
      if (!state.asked) return [];
      effects.push(effect.done());
      return [
        {
          kind: 'weigh.stable' as const,
          data: {
            weight: { value: Number(grams), decimals: 0, unit: 'g' as const, kind: 'unknown' as const },
          },
        },
      ];
    });
    return {
      state: {
        framing: framed.state,
        asked: state.asked && readings.every(({ kind }) => kind !== 'weigh.stable'),
      },
      readings,
      effects,
    };
  },
  onTimer(state, name) {
    if (name === COMMAND_LIMIT)
      return { state: { ...state, asked: false }, effects: [effect.failed('silent')] };
    return { state: { ...state, framing: LINES.empty }, readings: [fault('truncated', 'half a line')] };
  },
  onCommand: (state) => ({ state: { ...state, asked: true }, effects: [effect.write(toBytes('W?\r'))] }),
};

interface Scale extends SimulatedDevice {
  silence(): void;
}

const simulator = defineSimulator<Scale, unknown>({
  places: ['pty'],
  verbs: [],
  config: {},
  async start(place) {
    const wire = await wireAt(place);
    wire.onReceive(() => wire.send(toBytes('W1250\r')));
    return { linkConfig: wire.linkConfig, silence: () => undefined, close: () => wire.close() };
  },
  exercises: [
    {
      title: 'weigh',
      act: async (_scale, command) => void (await command({ op: 'weigh', args: {} } as DeviceOrder)),
      expect: ['weigh.stable'],
    },
  ],
});

const NOMINAL = `
title: a weight
class: nominal
steps:
  - { open: true, state: ready }
  - { command: { op: weigh }, writes: "W?\\r" }
  - device: "W1250\\r"
    readings: [{ kind: weigh.stable, data: { weight: { value: 1250, decimals: 0, unit: g, kind: unknown } } }]
    outcome: done
`;
const ERROR = `
title: nonsense
class: error
steps:
  - { open: true, state: ready }
  - device: "E\\r"
    readings: [{ kind: device.fault, data: { code: not-understood, detail: no weight } }]
`;
const TRUNCATED = `
title: half
class: truncated
steps:
  - { open: true, state: ready }
  - { device: "W12" }
  - wait: 201
    readings: [{ kind: device.fault, data: { code: truncated, detail: half a line } }]
`;

function folderWith(codec: Codec<unknown, State>, change: Partial<DriverFolder> = {}): DriverFolder {
  return {
    dir: '/nowhere',
    id: 'test/scale',
    files: [
      'device.ts',
      'codec.ts',
      'config.schema.json',
      'simulator.ts',
      'quality.yaml',
      'README.md',
      'transcripts',
    ],
    sources: [{ file: 'codec.ts', text: "import { effect } from '#lib/device-kit';\n" }],
    driver: defineDevice({
      vendor: 'test',
      model: 'scale',
      title: 'Scale',
      version: '1.0.0',
      kind: 'scale',
      links: ['serial'],
      capabilities: ['weigh.stable'],
      commands: ['weigh'],
      ratePerSecond: 20,
      commandLimitMs: 1_000,
      configSchema: { type: 'object', additionalProperties: false, properties: {} },
      codec,
    }),
    simulator: simulator as unknown as DriverFolder['simulator'],
    transcripts: [
      parseTranscript('nominal', NOMINAL),
      parseTranscript('error', ERROR),
      parseTranscript('truncated', TRUNCATED),
    ],
    quality: { level: 'silver', rules: Object.fromEntries(CONFORMANCE_RULES.map(({ id }) => [id, 'done'])) },
    ...change,
  };
}

/** What a rule says of a folder; null when it holds. */
async function judge(id: number, folder: DriverFolder): Promise<string | null> {
  const result = await checkRule(CONFORMANCE_RULES.find((rule) => rule.id === id)!, folder);
  return result.outcome === 'failed' ? result.detail! : null;
}

test('a sound driver passes every rule and earns silver', async () => {
  const folder = folderWith(sound);
  const results = await checkConformance(folder);
  expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  expect(earnedLevel(results)).toBe('silver');
  expect(falseClaim(folder.quality, results)).toBeNull();
}, 60_000);

test.each([
  [
    'an import of the file system',
    "import { readFile } from 'node:fs/promises';\n",
    'imports node:fs/promises',
  ],
  ['the clock', 'const now = Date.now();\n', 'uses Date.now'],
  ['chance', 'const n = Math.random();\n', 'uses Math.random'],
  ['an import for its effects', "import 'node:fs';\n", 'imports node:fs'],
  ['state that devices share', "import { effect } from '#lib/device-kit';\nlet last = '';\n", 'keeps last'],
])('rule 1 finds %s', async (_what, text, found) => {
  expect(await judge(1, folderWith(sound, { sources: [{ file: 'codec.ts', text }] }))).toContain(found);
});

test('rule 1 finds a missing file and a capability that no transcript shows', async () => {
  expect(await judge(1, folderWith(sound, { files: ['device.ts'] }))).toContain('missing: codec.ts');
  const [nominal, ...others] = folderWith(sound).transcripts;
  expect(nominal!.class).toBe('nominal');
  expect(await judge(1, folderWith(sound, { transcripts: others }))).toContain('no nominal transcript');
});

let kept = '';
const mistakes: [number, string, Partial<Codec<unknown, State>>, string][] = [
  [
    2,
    'another reading',
    { onData: (state) => ({ state, readings: [fault('x', 'y')] }) },
    'readings: expected',
  ],
  [
    3,
    'a frame taken from one chunk',
    {
      onData(state, chunk) {
        if (!toText(chunk).startsWith('W')) return { state };
        return { ...sound.onData!({ ...state, framing: LINES.empty }, chunk, 0) };
      },
    },
    'another result',
  ],
  [
    4,
    'a driver that never gets over noise',
    {
      onData(state, chunk) {
        if (chunk.some((byte) => byte > 0x80)) return { state: { ...state, asked: false } };
        return sound.onData!(state, chunk, 0);
      },
    },
    'garbage',
  ],
  [
    5,
    'half a line that waits for ever',
    {
      onData(state, chunk) {
        const step = sound.onData!(state, chunk, 0);
        return { ...step, effects: (step.effects ?? []).filter((each) => each.do !== 'start-timer') };
      },
      onTimer: (state) => ({ state, effects: [effect.done()] }),
    },
    'without a word',
  ],
  [
    6,
    'a buffer without a limit',
    {
      onData: (state, chunk) => ({
        state: {
          ...state,
          framing: {
            buffer: Uint8Array.from([...state.framing.buffer.subarray(0, 400_000), ...chunk]),
            skipping: false,
          },
        },
      }),
    },
    'the state holds',
  ],
  [
    7,
    'done although nothing answered',
    { onTimer: (state) => ({ state, effects: [effect.done()] }) },
    'was called done',
  ],
  [
    7,
    'a late answer taken for a value',
    { onTimer: (state) => ({ state: { ...state, asked: true }, effects: [effect.failed('late')] }) },
    'after its time',
  ],
  [
    8,
    'state outside of what open returns',
    {
      onData(state, chunk) {
        const line = kept + toText(chunk);
        kept = line.endsWith('\r') ? '' : line;
        return line.lastIndexOf('W') > 0 ? { state } : sound.onData!(state, chunk, 0);
      },
    },
    'after an unplug',
  ],
  [
    10,
    'something slow per byte',
    {
      onData(state, chunk) {
        const until = performance.now() + 10;
        while (performance.now() < until);
        return sound.onData!(state, chunk, 0);
      },
    },
    'are needed',
  ],
];

test.each(mistakes)(
  'rule %i finds %s',
  async (id, _what, change, found) => {
    kept = '';
    expect(await judge(id, folderWith({ ...sound, ...change }))).toContain(found);
  },
  60_000,
);

test.each([
  ['no exercise', { exercises: [] }, 'has no exercise'],
  ['no place to live', { places: [] }, 'lives nowhere'],
  [
    'a capability that is never shown',
    { exercises: [{ ...simulator.exercises[0]!, expect: [] }] },
    'shows: weigh.stable',
  ],
])('rule 11 finds a simulator with %s', async (_what, change, found) => {
  const changed = { ...simulator, ...change } as unknown as DriverFolder['simulator'];
  expect(await judge(11, folderWith(sound, { simulator: changed }))).toContain(found);
});

describe('a scanner whose scans nobody asks for', () => {
  const scans = parseTranscript(
    'scans',
    `
title: two scans
class: nominal
steps:
  - { open: true, state: ready }
  - { device: "#AAAA", readings: [{ kind: scan.read, data: { code: AAAA } }] }
  - { device: "#BBBB", readings: [{ kind: scan.read, data: { code: BBBB } }] }
`,
  );
  const MARK = 35;
  const frames = matched((data, at) => {
    if (data[at] !== MARK) return 'no';
    return data.length - at < 5 ? 'more' : { take: 5 };
  }, 8);
  const isTorn = (frame: Uint8Array) => frame.subarray(1).includes(MARK);
  const scanner: Codec<unknown, State> = {
    ...sound,
    onData(state, chunk) {
      const framed = frames.push(state.framing, chunk);
      const whole = framed.frames.filter((frame) => !isTorn(frame));
      const readings = whole.map((frame) => {
        return { kind: 'scan.read' as const, data: { code: toText(frame.subarray(1)) } };
      });
      const waits = framed.state.buffer.length > 0;
      const effects = [waits ? effect.startTimer('line', 200) : effect.stopTimer('line')];
      return { state: { ...state, framing: framed.state }, readings, effects };
    },
  };
  const judgedBy = (id: number, codec: Partial<Codec<unknown, State>>) =>
    judge(id, folderWith({ ...scanner, ...codec }, { transcripts: [scans] }));

  test('is sound', async () => {
    expect(await judgedBy(4, {})).toBeNull();
    expect(await judgedBy(5, {})).toBeNull();
  });

  test('rule 4 finds that it throws whole frames away with a torn one', async () => {
    const found = await judgedBy(4, {
      onData(state, chunk) {
        const framed = frames.push(state.framing, chunk);
        return framed.frames.some(isTorn)
          ? { state: { ...state, framing: frames.empty } }
          : scanner.onData!(state, chunk, 0);
      },
    });
    expect(found).toContain('cost both');
  });

  test('rule 5 finds that it complains about silence, and not about the half frame', async () => {
    const found = await judgedBy(5, {
      open: (config) => {
        const opened = sound.open(config, 0);
        return { ...opened, effects: [...(opened.effects ?? []), effect.startTimer('silence', 60_000)] };
      },
      onTimer: (state, name) => ({
        state,
        readings: name === 'silence' ? [fault('silent', 'nothing was heard')] : [],
      }),
    });
    expect(found).toContain('without a word');
  });
});

test('an exempt rule keeps a driver at bronze', async () => {
  const folder = folderWith(sound);
  const results = CONFORMANCE_RULES.map(({ id, title }) => ({
    id,
    title,
    outcome: id === 7 ? ('exempt' as const) : ('passed' as const),
  }));
  expect(earnedLevel(results)).toBe('bronze');
  expect(falseClaim(folder.quality, results)).toContain('claims silver');
});

test('rule 9 finds an error that became a number', async () => {
  const wrong = NOMINAL.replace('class: nominal', 'class: error');
  expect(await judge(9, folderWith(sound, { transcripts: [parseTranscript('wrong', wrong)] }))).toContain(
    'an error became weigh.stable',
  );
});

test('a codec that throws fails its rule, not the suite', async () => {
  const broken: Partial<Codec<unknown, State>> = {
    onData: () => {
      throw new Error('oops');
    },
  };
  expect(await judge(6, folderWith({ ...sound, ...broken }))).toBe('exception: oops');
});

test('an exempt rule is not judged; bronze rules cannot be exempt for a level', async () => {
  const quality = { level: 'silver', rules: { ...folderWith(sound).quality.rules, 2: { exempt: 'none' } } };
  const results = [await checkRule(CONFORMANCE_RULES[1]!, folderWith(sound, { quality }))];
  expect(results[0]!.outcome).toBe('exempt');
  expect(earnedLevel(results)).toBe('none');
  expect(falseClaim({ level: 'silver', rules: { 2: 'todo' } }, results)).toContain('claims silver');
});

test.each([
  ['not YAML', '{', 'not YAML'],
  ['no steps', 'title: a\nclass: nominal\n', "must have required property 'steps'"],
  ['a misspelt key', 'title: a\nclass: nominal\nsteps: [{ open: true }, { devise: x }]\n', 'devise'],
  [
    'two inputs in a step',
    'title: a\nclass: nominal\nsteps: [{ open: true }, { device: x, wait: 1 }]\n',
    'step 2: give exactly one',
  ],
  [
    'no opening',
    'title: a\nclass: nominal\nsteps: [{ wait: 1 }, { wait: 1 }]\n',
    'step 1 must be "open: true"',
  ],
])('a transcript with %s is refused with a reason', (_what, source, found) => {
  expect(() => parseTranscript('t.yaml', source)).toThrow(found);
});
