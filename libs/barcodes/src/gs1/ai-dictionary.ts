import { AI_ROWS, type AiRow } from './ai-table.js';
import { VALUE_CHECKS, type ValueCheck, type ValueCheckName } from './value-checks.js';

/** N digits, X GS1 set 82, Y set 39, Z file-safe base 64. */
export type CharacterSet = 'N' | 'X' | 'Y' | 'Z';

/** One component of an identifier's value. */
export interface AiComponent {
  readonly set: CharacterSet;
  readonly min: number;
  readonly max: number;
  readonly optional: boolean;
  readonly checks: readonly ValueCheck[];
  readonly checkNames: readonly ValueCheckName[];
}

/** An application identifier as the parser needs it. */
export interface ApplicationIdentifier {
  readonly ai: string;
  readonly title: string;
  readonly components: readonly AiComponent[];
  readonly minLength: number;
  readonly maxLength: number;
  /** True when its first two digits fix its length, so that no separator follows (General Specifications, 7.8.5). */
  readonly predefined: boolean;
  /** Places after the decimal point, for 31nn to 36nn, 390n to 395n; else null. */
  readonly decimals: number | null;
  /** All of these groups must be met; one choice of a group is met when all its identifiers stand in the same code. */
  readonly needs: readonly (readonly (readonly string[])[])[];
  /** Identifiers, `n` standing for any digit, that must not stand beside this one. */
  readonly bars: readonly string[];
  /** Qualifier chains when this is a primary key of a Digital Link URI; null when it is none. */
  readonly path: readonly (readonly string[])[] | null;
  /** True when it may be an attribute in the query of a Digital Link URI. */
  readonly linkAttribute: boolean;
}

/** First two digits of the identifiers whose length they fix. */
const PREDEFINED = new Set('00 01 02 03 04 11 12 13 14 15 16 17 18 19 20 31 32 33 34 35 36 41'.split(' '));

function expand(ai: string): string[] {
  const range = /^(\d+)-(\d+)$/.exec(ai);
  const [from, to] = range
    ? [Number(range[1]), Number(range[2])]
    : ai.endsWith('n')
      ? [Number(ai.replace('n', '0')), Number(ai.replace('n', '5'))]
      : ai.endsWith('s')
        ? [Number(ai.replace('s', '0')), Number(ai.replace('s', '9'))]
        : [Number(ai), Number(ai)];
  const width = (range ? range[1]! : ai).length;
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(width, '0'));
}

function component(text: string): AiComponent {
  const match = /^(\[)?([NXYZ])(\d*)(\.\.)?(\d+)?((?::\w+)*)\]?$/.exec(text);
  if (!match) throw new Error(`Row of the identifier table is malformed at "${text}".`);
  const [, bracket, set, low, range, high, checks] = match;
  const checkNames = (checks ?? '').split(':').filter(Boolean) as ValueCheckName[];
  return {
    set: set as CharacterSet,
    min: range ? Number(low || '1') : Number(low),
    max: range ? Number(high) : Number(low),
    optional: bracket !== undefined,
    checkNames,
    checks: checkNames.map((name) => VALUE_CHECKS[name]),
  };
}

function decimalsOf(ai: string): number | null {
  return /^3[1-69]\d\d$/.test(ai) ? Number(ai[3]) : null;
}

function compile(row: AiRow): ApplicationIdentifier[] {
  const components = row.format.split(' ').map(component);
  const required = components.filter((part) => !part.optional);
  const rest = {
    components,
    minLength: required.reduce((sum, part) => sum + part.min, 0),
    maxLength: components.reduce((sum, part) => sum + part.max, 0),
    needs: row.needs
      ? row.needs.split(';').map((group) => group.split('|').map((all) => all.split('+')))
      : [],
    bars: row.bars?.split(' ') ?? [],
    path:
      row.path === undefined ? null : row.path.split('|').map((chain) => chain.split(',').filter(Boolean)),
    linkAttribute: row.linkless !== true,
  };
  return expand(row.ai).map((ai) => ({
    ai,
    title: row.title.replace('# s', `# ${ai.at(-1)}`),
    predefined: PREDEFINED.has(ai.slice(0, 2)),
    decimals: decimalsOf(ai),
    ...rest,
  }));
}

const IDENTIFIERS: ReadonlyMap<string, ApplicationIdentifier> = new Map(
  AI_ROWS.flatMap(compile).map((entry) => [entry.ai, entry]),
);

/** Length of an identifier by the number its first two digits form; 0 where none begins so. */
const LENGTH_BY_START: Uint8Array = Uint8Array.from({ length: 100 }, () => 0);
for (const ai of IDENTIFIERS.keys()) LENGTH_BY_START[Number(ai.slice(0, 2))] = ai.length;

/** Every application identifier, in the order of the General Specifications. */
export function applicationIdentifiers(): readonly ApplicationIdentifier[] {
  return [...IDENTIFIERS.values()];
}

/** The identifier with these digits, or undefined. */
export function applicationIdentifier(ai: string): ApplicationIdentifier | undefined {
  return IDENTIFIERS.get(ai);
}

/** The identifier that begins at `at`, or undefined when no identifier begins so. */
export function identifierAt(text: string, at: number): ApplicationIdentifier | undefined {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return undefined;
  const length = LENGTH_BY_START[tens * 10 + ones]!;
  return length === 0 ? undefined : IDENTIFIERS.get(text.slice(at, at + length));
}

/** True when `ai` is what `pattern` names, where `n` in the pattern stands for any digit. */
export function aiMatches(pattern: string, ai: string): boolean {
  if (pattern.length !== ai.length) return false;
  for (let i = 0; i < ai.length; i++) if (pattern[i] !== 'n' && pattern[i] !== ai[i]) return false;
  return true;
}
