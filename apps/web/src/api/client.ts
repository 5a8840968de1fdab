import type { Problem } from '#lib/contracts';
import { spoken } from '../lib/i18n.js';
import { refusalWords } from '../lib/refusal-words.js';

/** The server refused or could not be reached; `problem.code` is stable, `message` is English: show {@link reasonOf}. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
  ) {
    super(
      problem?.detail ?? (status === 0 ? 'The server cannot be reached.' : `The server answered ${status}.`),
    );
    this.name = 'ApiError';
  }

  get code(): string {
    return this.problem?.code ?? (this.status === 0 ? 'network.down' : 'http.error');
  }

  get facts(): Readonly<Record<string, unknown>> {
    return this.problem?.facts ?? { status: this.status };
  }

  /** True when trying the same request again later may succeed: the link or the server was down. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const endings = new Set<() => void>();

/** Hears that a request was refused because nobody is signed in any more. */
export function whenSessionEnds(listener: () => void): () => void {
  endings.add(listener);
  return () => endings.delete(listener);
}

/** Says so where something else than a request noticed it. */
export function sessionEnded(): void {
  for (const listener of endings) listener();
}

const REPLY_LIMIT_MS = 15_000;

interface Ask {
  body?: unknown;
  /** Sent as Idempotency-Key: the same key again answers what the first one did. */
  key?: string;
  signal?: AbortSignal;
  /** For what the core may take long to answer. */
  limitMs?: number;
}

async function send<T>(method: string, path: string, ask: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (ask.body !== undefined) headers['content-type'] = 'application/json';
  if (ask.key) headers['idempotency-key'] = ask.key;
  const limit = AbortSignal.timeout(ask.limitMs ?? REPLY_LIMIT_MS);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: ask.body === undefined ? undefined : JSON.stringify(ask.body),
      signal: ask.signal ? AbortSignal.any([ask.signal, limit]) : limit,
    });
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    throw new ApiError(0, null);
  }
  if (!response.ok) {
    // Signing in and asking who is signed in may be refused without anything having ended.
    if (response.status === 401 && !path.startsWith('/access/')) sessionEnded();
    throw new ApiError(response.status, await problemOf(response));
  }
  if (response.status === 204) return null as T;
  try {
    return (await response.json()) as T;
  } catch (error) {
    // The answer stopped halfway: the same as none, and not the browser's own words for it.
    if (ask.signal?.aborted) throw error;
    throw new ApiError(0, null);
  }
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    return typeof body.code === 'string' ? (body as Problem) : null;
  } catch {
    return null;
  }
}

export const api = {
  get: <T>(path: string, signal?: AbortSignal) => send<T>('GET', path, { signal }),
  post: <T>(path: string, body: unknown = {}, key?: string, limitMs?: number) =>
    send<T>('POST', path, { body, key, limitMs }),
  put: <T>(path: string, body: unknown) => send<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown) => send<T>('PATCH', path, { body }),
  delete: <T>(path: string) => send<T>('DELETE', path),
};

/** The sentence to show for any failure, in the reader's language. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return refusalWords(error, spoken);
  const message = error instanceof Error ? error.message : String(error);
  return refusalWords({ code: 'page.fault', facts: {}, message }, spoken);
}
