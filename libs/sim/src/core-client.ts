import { io, type Socket } from 'socket.io-client';
import {
  type FloorLive,
  LIVE_NAMESPACES,
  type LiveMessage,
  type Me,
  type Page,
  type Problem,
  type SignedIn,
} from '#lib/contracts';
import { exchange } from './exchange.js';
import { pause, TookTooLong } from './waiting.js';

/** The core refused: an answer, not a fault. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'Refused';
  }

  get code(): string {
    return this.problem.code;
  }
}

const REPLY_LIMIT_MS = 20_000;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

const ROWS_TYPE = 'application/x-ndjson';

/** A body of one JSON object a line. */
class Rows {
  readonly text: string;

  constructor(rows: readonly object[]) {
    this.text = rows.map((row) => JSON.stringify(row)).join('\n');
  }
}

function rowsOf(text: string): unknown[] {
  return text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as unknown] : []));
}

export interface ClientLimits {
  /** How long a request is tried again while the core is away. */
  patienceMs: number;
}

/**
 * A page's connection to the core: the same HTTP and socket.io that the screens use. While the core is down a request is sent
 * again with the same Idempotency-Key, as the screens' queue does.
 */
export class CoreClient {
  private token: string | null = null;
  private socket: Socket | null = null;
  me: Me | null = null;

  constructor(
    private readonly baseUrl: string,
    private readonly limits: ClientLimits = { patienceMs: 120_000 },
  ) {}

  static withKey(baseUrl: string, key: string, limits?: ClientLimits): CoreClient {
    const client = new CoreClient(baseUrl, limits);
    client.token = key;
    return client;
  }

  async signInByBadge(badge: string, pin: string, stationCode: string): Promise<Me> {
    return this.signedIn(await this.post<SignedIn>('/access/badge-sign-in', { badge, pin, stationCode }));
  }

  async signInByPassword(email: string, password: string): Promise<Me> {
    return this.signedIn(await this.post<SignedIn>('/access/sign-in', { email, password }));
  }

  private signedIn(answer: SignedIn): Me {
    this.token = answer.token;
    this.me = answer.me;
    return answer.me;
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}, key: string = crypto.randomUUID()): Promise<T> {
    return this.send<T>('POST', path, body, key);
  }

  /** Many rows in one request, as NDJSON; answers one object per row. Rows that were taken before are answered again. */
  postRows<T>(path: string, rows: readonly object[]): Promise<T[]> {
    return this.send<T[]>('POST', path, new Rows(rows));
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PATCH', path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PUT', path, body);
  }

  private async send<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
    const endAt = performance.now() + this.limits.patienceMs;
    for (let waitMs = RETRY_MIN_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
      const answer = await this.attempt<T>(method, path, body, key);
      if (answer.done) return answer.value;
      if (performance.now() >= endAt)
        throw new TookTooLong(`${method} ${path} (${answer.why})`, this.limits.patienceMs);
      await pause(waitMs);
    }
  }

  private async attempt<T>(
    method: string,
    path: string,
    body: unknown,
    key: string | undefined,
  ): Promise<{ done: true; value: T } | { done: false; why: string }> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = body instanceof Rows ? ROWS_TYPE : 'application/json';
    if (key) headers['idempotency-key'] = key;
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    try {
      const { status, text } = await exchange({
        method,
        url: `${this.baseUrl}/api/v1${path}`,
        headers,
        body: body === undefined ? null : body instanceof Rows ? body.text : JSON.stringify(body),
        limitMs: REPLY_LIMIT_MS,
      });
      if (status >= 500 || status === 429 || status === 425)
        return { done: false, why: `${status} ${text.slice(0, 200)}` };
      if (status >= 400) throw new Refused(status, problemOf(text, status));
      if (body instanceof Rows) return { done: true, value: rowsOf(text) as T };
      return { done: true, value: (text ? JSON.parse(text) : null) as T };
    } catch (error) {
      if (error instanceof Refused) throw error;
      return { done: false, why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Hears the floor's live events until `close`. */
  hear(listen: <T extends keyof FloorLive>(topic: T, data: FloorLive[T]) => void): Promise<void> {
    const socket = io(`${this.baseUrl}${LIVE_NAMESPACES.floor}`, {
      auth: { token: this.token },
      transports: ['websocket'],
      reconnectionDelay: 200,
      reconnectionDelayMax: 1_000,
    });
    this.socket = socket;
    socket.on('live', (message: LiveMessage) =>
      listen(message.topic as keyof FloorLive, message.data as never),
    );
    // A refusal by the middleware ends the library's own attempts; the core may only have been starting.
    socket.on('connect_error', () => {
      if (!socket.active) setTimeout(() => this.socket === socket && socket.connect(), 500);
    });
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new TookTooLong('the live connection', this.limits.patienceMs)),
        this.limits.patienceMs,
      );
      socket.once('connect', () => {
        clearTimeout(limit);
        resolve();
      });
    });
  }

  close(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}

function problemOf(text: string, status: number): Problem {
  try {
    const problem = JSON.parse(text) as Problem;
    if (typeof problem.code === 'string') return problem;
  } catch {
    // Not JSON: told as it came.
  }
  return {
    type: 'about:blank',
    title: 'error',
    status,
    code: 'http.error',
    detail: text.slice(0, 300),
    traceId: '',
  };
}

/** All pages of a list. */
export async function allOf<T>(core: CoreClient, path: string): Promise<T[]> {
  const found: T[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page: Page<T> = await core.get(
      `${path}?limit=200${next ? `&cursor=${encodeURIComponent(next)}` : ''}`,
    );
    found.push(...page.items);
    next = page.next;
  }
  return found;
}
