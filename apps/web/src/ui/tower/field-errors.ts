import { ApiError } from '../../api/client.js';

/** What the core found wrong, by field path such as `limits.ordersMax` or `pipeline.3.slotsMax`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** The faults of single fields in a refusal; empty for anything else. */
export function fieldErrorsOf(error: unknown): FieldErrors {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries((error.problem?.errors ?? []).map(({ field, message }) => [field, message]));
}

/** The fault of a field or of anything in it (`filter.services` of `filter.services.0`). */
export function errorAt(errors: FieldErrors, field: string): string | undefined {
  const path = Object.keys(errors).find((each) => each === field || each.startsWith(`${field}.`));
  return path === undefined ? undefined : errors[path];
}
