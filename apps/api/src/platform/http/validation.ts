import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type FieldError, Refusal } from '../refusal.js';

/** A refusal helps whoever made a mistake; it does not send a hostile request back. */
const SAID_MAX = 100;
const FIELD_MAX = 200;
const DETAIL_MAX = 500;

/** Checks bodies, queries and parameters against their DTOs; unknown fields are refused, not dropped in silence. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => invalid(fieldErrors(errors)),
  });
}

/** The refusal of a request with faulty fields; also for callers that validate rows themselves. */
export function invalid(errors: FieldError[]): Refusal {
  const [first] = errors;
  const detail =
    errors.length === 1 && first ? `${first.field}: ${first.message}.` : `${errors.length} fields are wrong.`;
  const said = errors.slice(0, SAID_MAX).map((each) => ({ ...each, field: each.field.slice(0, FIELD_MAX) }));
  return new Refusal('request.invalid', detail.slice(0, DETAIL_MAX), { status: 400, errors: said });
}

/** class-validator's tree as a flat list with paths such as `lines.2.quantity`. */
export function fieldErrors(errors: ValidationError[], path = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = path ? `${path}.${error.property}` : error.property;
    const own = Object.values(error.constraints ?? {}).map((message) => ({
      field,
      message: sentenceOf(message, error),
    }));
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });
}

/**
 * What helps the one who sent it: "property foo should not exist" is true but no help, what is missing has no other fault, and the
 * field's name stands beside the message already.
 */
function sentenceOf(message: string, { property, value }: ValidationError): string {
  if (/^property (.+) should not exist$/.test(message)) return 'is not a field of this request';
  if (value === undefined || value === null) return 'is missing';
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
