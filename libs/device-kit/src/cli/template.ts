/** What `device new` writes: a device that sends lines of text. It passes the whole suite; then it is changed to the real device. */
export interface TemplateChoice {
  vendor: string;
  model: string;
  kind: 'scanner' | 'scale';
}

/** File name to text. */
export function templateFiles(choice: TemplateChoice): Record<string, string> {
  const part = choice.kind === 'scale' ? SCALE : SCANNER;
  const fill = (text: string) =>
    text
      .replaceAll('__READ__', part.read)
      .replaceAll('__VENDOR__', choice.vendor)
      .replaceAll('__MODEL__', choice.model)
      .replaceAll('__KIND__', choice.kind)
      .replaceAll('__CAPABILITY__', part.capability)
      .replaceAll('__IMPORTS__', part.imports)
      .replaceAll('__TAIL__', part.tail)
      .replaceAll('__VERB__', part.verb)
      .replaceAll('__LINE__', part.line)
      .replaceAll('__READING__', part.reading)
      .replaceAll('__ERROR__', part.error.replaceAll('__MODEL__', choice.model));
  return Object.fromEntries(Object.entries(FILES).map(([file, text]) => [file, fill(text)]));
}

const SCANNER = {
  capability: 'scan.read',
  tail: '',
  imports: 'hasControl, ',
  read: `function readLine(line: string, rawHex: string): Reading {
  if (hasControl(line, { exceptGs: true })) return fault('__MODEL__.bad-characters', 'a code with control characters', rawHex);
  return { kind: 'scan.read', data: { code: line }, rawHex };
}`,
  verb: 'scan',
  line: '5901234123457',
  reading: '{ kind: scan.read, data: { code: "5901234123457" } }',
  error: '{ code: __MODEL__.bad-characters, detail: a code with control characters }',
};

const SCALE = {
  capability: 'weigh.stable',
  imports: '',
  tail: ', weightOf',
  read: `/** "W 1.250 kg": a stable weight. The value counts displayed divisions; it never becomes a float. */
function readLine(line: string, rawHex: string): Reading {
  const match = /^W +(-?\\d{1,9}(?:\\.\\d{1,6})?) (g|kg)$/.exec(line);
  if (!match) return fault('__MODEL__.not-understood', \`not a weight: \${line.slice(0, 40)}\`, rawHex);
  const weight = weightOf(match[1]!, match[2] as 'g' | 'kg', 'unknown');
  if (!weight) return fault('__MODEL__.not-understood', \`not a weight: \${line.slice(0, 40)}\`, rawHex);
  return { kind: 'weigh.stable', data: { weight }, rawHex };
}`,
  verb: 'load',
  line: 'W 1.250 kg',
  reading: '{ kind: weigh.stable, data: { weight: { value: 1250, decimals: 3, unit: kg, kind: unknown } } }',
  error: '{ code: __MODEL__.not-understood, detail: "not a weight: \\eE" }',
};

const FILES: Record<string, string> = {
  'device.ts': `import { defineDevice } from '#lib/device-kit';
import { codec } from './codec.js';
import configSchema from './config.schema.json' with { type: 'json' };

export default defineDevice({
  vendor: '__VENDOR__',
  model: '__MODEL__',
  title: '__VENDOR__ __MODEL__',
  version: '0.1.0',
  kind: '__KIND__',
  links: ['serial', 'tcp-client'],
  capabilities: ['__CAPABILITY__'],
  commands: [],
  ratePerSecond: 20,
  commandLimitMs: 5_000,
  configSchema,
  codec,
});
`,
  'codec.ts': `import type { Reading } from '#lib/contracts';
import { type Codec, delimited, effect, fault, type FramerState, __IMPORTS__lineEnds, toHex, toText__TAIL__ } from '#lib/device-kit';

export interface DeviceConfig {
  ending: 'cr' | 'lf' | 'crlf';
}

export interface DeviceState {
  config: DeviceConfig;
  framing: FramerState;
}

const TRUNCATED_MS = 500;
const framerOf = (config: DeviceConfig) => delimited({ ends: lineEnds(config.ending), maxBytes: 256 });

export const codec: Codec<DeviceConfig, DeviceState> = {
  open(config) {
    return { state: { config, framing: framerOf(config).empty }, effects: [effect.ready()] };
  },

  onData(state, chunk) {
    const framed = framerOf(state.config).push(state.framing, chunk);
    const waits = framed.state.buffer.length > 0 || framed.state.skipping;
    return {
      state: { ...state, framing: framed.state },
      readings: framed.frames.map((frame) => readLine(toText(frame), toHex(frame))),
      effects: [waits ? effect.startTimer('line', TRUNCATED_MS) : effect.stopTimer('line')],
    };
  },

  onTimer(state) {
    const readings = [fault('__MODEL__.truncated', 'a line without its end', toHex(state.framing.buffer))];
    return { state: { ...state, framing: framerOf(state.config).empty }, readings };
  },
};

__READ__
`,
  'config.schema.json': `{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "ending": { "title": "How a line ends", "enum": ["cr", "lf", "crlf"], "default": "crlf" }
  }
}
`,
  'simulator.ts': `import { defineSimulator, type SimulatedDevice, toBytes, wireAt } from '#lib/device-kit';

export interface Simulated extends SimulatedDevice {
  /** One line, as the device sends it. */
  __VERB__(line: string): void;
}

export const simulator = defineSimulator<Simulated, Record<string, never>>({
  places: ['pty', 'tcp'],
  verbs: ['__VERB__'],
  config: {},
  async start(place) {
    const wire = await wireAt(place);
    return {
      linkConfig: wire.linkConfig,
      __VERB__: (line) => wire.send(toBytes(\`\${line}\\r\\n\`)),
      close: () => wire.close(),
    };
  },
  exercises: [
    {
      title: 'one reading',
      act: (device) => device.__VERB__('__LINE__'),
      expect: ['__CAPABILITY__'],
    },
  ],
});
`,
  'transcripts/nominal.yaml': `title: one reading
class: nominal
source: where this comes from, for example "manual 1.2, page 34" or "recorded from /dev/ttyUSB0"
steps:
  - open: true
    state: ready
  - device: "__LINE__\\r\\n"
    readings:
      - __READING__
`,
  'transcripts/error.yaml': `title: what the device says when something is wrong never becomes a value
class: error
steps:
  - open: true
    state: ready
  - device: "\\x1bE\\r\\n"
    readings:
      - kind: device.fault
        data: __ERROR__
`,
  'transcripts/truncated.yaml': `title: a line without its end
class: truncated
steps:
  - open: true
    state: ready
  - device: "12"
  - wait: 501
    readings:
      - { kind: device.fault, data: { code: __MODEL__.truncated, detail: a line without its end } }
`,
  'quality.yaml': `# done | todo | { exempt: reason }; checked by \`npm run device -- test\`. Levels: bronze (may be merged), silver (fit for a live line).
level: silver
rules:
${Array.from({ length: 11 }, (_, i) => `  ${i + 1}: done`).join('\n')}
`,
  'README.md': `# __VENDOR__ __MODEL__

## Wiring and programming

Which cable, which line settings, which menu of the device.

## Protocol facts used

| Fact | Source |
| --- | --- |
| ... | manual, page |
`,
};
