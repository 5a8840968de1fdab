import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type FieldError, Refusal } from '../refusal.js';

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
  return new Refusal('request.invalid', detail, { status: 400, errors });
}

/** class-validator's tree as a flat list with paths such as `lines.2.quantity`. */
export function fieldErrors(errors: ValidationError[], path = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = path ? `${path}.${error.property}` : error.property;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message: strip(message) }));
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });
}

/** "property foo should not exist" is true but no help to the one who sent it. */
function strip(message: string): string {
  const unknown = /^property (.+) should not exist$/.exec(message);
  return unknown ? 'is not a field of this request' : message;
}
