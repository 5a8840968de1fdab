import { checkConfig } from '../config.js';
import type { DriverFolder } from './folder.js';
import { isPositive } from './replay.js';

const ALLOWED_IMPORT = /^(#lib\/device-kit|#lib\/contracts|\.\/[a-z0-9.-]+\.(js|json))$/;
const IMPURE =
  /\b(Date\.now|new Date\b|Math\.random|setTimeout|setInterval|setImmediate|performance\.|process\.|globalThis|fetch\(|console\.|crypto\b|require\(|import\()/;
/** With names or without: `import './x.js'` runs code as well. */
const IMPORT = /^[ \t]*(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
/** Of the module, so of all devices that the driver runs at once. */
const SHARED_STATE = /^(?:export\s+)?(?:let|var)\s+(\w+)/m;
const NEEDED = [
  'device.ts',
  'codec.ts',
  'config.schema.json',
  'simulator.ts',
  'quality.yaml',
  'README.md',
  'transcripts',
];

/** Rule 1: the folder is whole, manifest and schema are valid, the code imports only the kit and is pure. */
export function checkFolder(folder: DriverFolder): string | null {
  const absent = NEEDED.filter((file) => !folder.files.includes(file));
  if (absent.length > 0) return `missing: ${absent.join(', ')}`;
  if (folder.driver.id !== folder.id) return `the manifest says ${folder.driver.id}, the folder ${folder.id}`;
  for (const { file, text } of folder.sources) {
    const wrong = checkSource(file, text);
    if (wrong) return wrong;
  }
  return checkSchema(folder) ?? checkTranscripts(folder);
}

function checkSource(file: string, text: string): string | null {
  for (const [, specifier] of text.matchAll(IMPORT)) {
    if (!ALLOWED_IMPORT.test(specifier!))
      return `${file} imports ${specifier}; only the kit and contracts are allowed`;
  }
  if (file === 'simulator.ts') return null;
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  const impure = IMPURE.exec(code)?.[1];
  if (impure) return `${file} uses ${impure}; a codec is pure: time comes as an argument`;
  const shared = SHARED_STATE.exec(code)?.[1];
  return shared ? `${file} keeps ${shared} beside its state; two devices would share it` : null;
}

function checkSchema(folder: DriverFolder): string | null {
  const { configSchema } = folder.driver;
  if (configSchema.type !== 'object' || configSchema.additionalProperties !== false) {
    return 'config.schema.json: type is "object" and additionalProperties is false, so that a misspelt field is found';
  }
  try {
    checkConfig(configSchema, {});
    return null;
  } catch (error) {
    return `config.schema.json: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function checkTranscripts(folder: DriverFolder): string | null {
  const classes = new Set(folder.transcripts.map((transcript) => transcript.class));
  if (!classes.has('nominal')) return 'no nominal transcript';
  if (!classes.has('error')) return 'no error transcript';
  if (!classes.has('truncated') && !classes.has('noise')) return 'no truncated or noise transcript';
  const seen = new Set<string>(
    folder.transcripts.flatMap((t) => t.steps.flatMap((s) => s.expected.readings.map((r) => r.kind))),
  );
  const unseen = folder.driver.capabilities.filter((kind) => !seen.has(kind));
  if (unseen.length > 0) return `no transcript shows: ${unseen.join(', ')}`;
  const known = new Set<string>([...folder.driver.capabilities, 'device.fault', 'device.status']);
  const undeclared = [...seen].filter((kind) => !known.has(kind));
  return undeclared.length > 0 ? `not among the capabilities: ${undeclared.join(', ')}` : null;
}

/** Rule 9: what is marked as an error holds no value. */
export function checkErrorsHaveNoValue(folder: DriverFolder): string | null {
  for (const transcript of folder.transcripts.filter((each) => each.class === 'error')) {
    for (const [i, step] of transcript.steps.entries()) {
      const value = step.expected.readings.find((reading) => isPositive(reading.kind));
      if (value) return `${transcript.file}, step ${i + 1}: an error became ${value.kind}`;
    }
  }
  return null;
}
