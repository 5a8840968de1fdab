import type { CommandArgs, CommandOp, DeviceOrder } from '#lib/contracts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length > 0;
const whole: Check = (value) => Number.isSafeInteger(value);
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const oneOf =
  (...allowed: unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** What each command needs. A driver may rely on it: a codec that throws on bad arguments would be taken out of service. */
const ARGUMENTS: { [K in CommandOp]: Partial<Record<keyof CommandArgs[K], Check>> } = {
  print: { jobId: text, zpl: text, tspl: optional(text) },
  weigh: {},
  zero: {},
  tare: {},
  route: {
    point: text,
    trackId: whole,
    seq: whole,
    lane: text,
    alternatives: texts,
    decisionId: text,
    validUntil: text,
  },
  light: {
    address: text,
    colour: oneOf('off', 'red', 'amber', 'green', 'blue'),
    quantity: optional(whole),
    blink: optional(oneOf(true, false)),
  },
  beep: { pattern: oneOf('good', 'wrong', 'done') },
  trigger: {},
  status: {},
};

/** The order in a command's `op` and `args`, or the sentence that says what is wrong with it. */
export function orderOf(op: string, args: unknown): DeviceOrder | string {
  if (!Object.hasOwn(ARGUMENTS, op)) return `there is no command ${JSON.stringify(op)}`;
  const checks: Partial<Record<string, Check>> = ARGUMENTS[op as CommandOp];
  const given = (args ?? {}) as Record<string, unknown>;
  if (typeof given !== 'object' || Array.isArray(given)) return `the arguments of ${op} are no object`;
  const wrong = Object.keys(checks).filter((name) => !checks[name]?.(given[name]));
  if (wrong.length > 0) return `${op}: missing or not valid: ${wrong.join(', ')}`;
  return { op, args: given } as unknown as DeviceOrder;
}
