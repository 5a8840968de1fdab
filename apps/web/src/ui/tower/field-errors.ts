import { ApiError } from '../../api/client.js';
import { spoken, type Translate, text } from '../../lib/i18n.js';

/** What the core found wrong, by field path such as `limits.ordersMax` or `pipeline.3.slotsMax`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What the core says of single fields. A sentence that is not among these is shown as it is said. */
const SAID = [
  { key: text('is missing') },
  { key: text('must not be less than {{limit}}') },
  { key: text('must not be greater than {{limit}}') },
  { key: text('must be an integer number') },
  { key: text('must be longer than or equal to {{limit}} characters') },
  { key: text('must be shorter than or equal to {{limit}} characters') },
  { key: text('must contain at least {{limit}} elements') },
  { key: text('must contain no more than {{limit}} elements') },
  { key: text('must be one line of text without control characters') },
  { key: text('must be two capital letters each (ISO 3166-1)') },
  { key: text('each must be a time such as 14:30') },
  { key: text('is more than {{field}}: no order would match') },
  { key: text('is more than {{field}}: no wave would ever be planned') },
  { key: text('an order of one line never has so many') },
  { key: text('an order of several lines never has so few') },
  { key: text('an order of one unit never has so many') },
  { key: text('There is a channel called {{name}} already.') },
  { key: text('There is a schedule called {{name}} already.') },
  { key: text('There is a template called {{name}} already.') },
  { key: text('Choose the carrier service that the lane takes.') },
  { key: text('The choice is a whole number from 1 to 99.') },
  { key: text('A cut-off is a time such as 15:00.') },
  { key: text('{{lane}} takes {{service}} of the truck at {{time}} twice. Take one of them away.') },
  { key: text('{{lane}} takes {{service}} twice. Take one of them away.') },
  {
    key: text(
      '{{lane}} takes {{service}} of every truck, and of the truck at {{time}} besides. Keep one of the two.',
    ),
  },
  {
    key: text(
      'No lane would take {{service}} any more: its parcels would all leave by the exception lane. Give it another lane first.',
    ),
  },
].map(({ key }) => ({ key, pattern: patternOf(key) }));

/** The faults of single fields in a refusal, in the reader's language; empty for anything else. */
export function fieldErrorsOf(error: unknown): FieldErrors {
  if (!(error instanceof ApiError)) return {};
  const errors = error.problem?.errors ?? [];
  return Object.fromEntries(errors.map(({ field, message }) => [field, fieldWords(message, spoken)]));
}

/** The fault of a field or of anything in it (`filter.services` of `filter.services.0`). */
export function errorAt(errors: FieldErrors, field: string): string | undefined {
  const path = Object.keys(errors).find((each) => each === field || each.startsWith(`${field}.`));
  return path === undefined ? undefined : errors[path];
}

/** What the core says of a field, in another language. */
export function fieldWords(message: string, t: Translate): string {
  for (const said of SAID) {
    const found = said.pattern.exec(message);
    if (found) return t(said.key, found.groups);
  }
  return message;
}

function patternOf(key: string): RegExp {
  const literal = key.replace(/[.()]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{\{(\w+)\}\}/g, '(?<$1>.+)')}$`);
}
