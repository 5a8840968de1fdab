/** What was wrong with one field of a request, for forms and integrators. */
export interface FieldError {
  /** Path into the request, such as `lines.2.quantity`. */
  field: string;
  message: string;
}

export interface RefusalDetails {
  /** HTTP status; 409 unless said otherwise: the request was understood and the rules forbid it. */
  status?: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503;
  errors?: FieldError[];
  /** Facts that a screen needs to say what to do next. */
  facts?: Record<string, unknown>;
  retryAfterSeconds?: number;
}

/**
 * Someone asked for what the rules forbid. Answered as RFC 9457 problem+json with `code` (`module.reason`, stable, for
 * programs) and `detail` (one sentence, for people). Rolls the transaction back: a refusal changes nothing.
 */
export class Refusal extends Error {
  constructor(
    readonly code: `${string}.${string}`,
    detail: string,
    readonly details: RefusalDetails = {},
  ) {
    super(detail);
    this.name = 'Refusal';
  }

  get status(): number {
    return this.details.status ?? 409;
  }
}
