import { STATUS_CODES } from 'node:http';
import type { Problem } from '#lib/contracts';
import { constraintName, sqlState } from '../database.service.js';
import { Refusal } from '../refusal.js';

/** An error as it is answered: RFC 9457 plus the headers that belong to it. */
export interface Answer {
  problem: Problem;
  retryAfterSeconds: number | null;
  /** True for a fault of ours: it is logged with its stack; the answer says nothing of it. */
  fault: boolean;
}

interface Finding {
  status: number;
  code: string;
  detail: string;
  retryAfterSeconds?: number;
  facts?: Record<string, unknown>;
  fault?: boolean;
}

/** Turns whatever was thrown into a problem that gives nothing away. */
export function problemOf(error: unknown, traceId: string): Answer {
  if (error instanceof Refusal) {
    const { errors, facts, retryAfterSeconds } = error.details;
    const finding = { status: error.status, code: error.code, detail: error.message, facts };
    return answer({ ...finding, retryAfterSeconds }, traceId, errors);
  }
  const finding = fromDatabase(error) ?? fromConnection(error) ?? fromHttp(error);
  return answer(finding ?? FAULT, traceId);
}

const FAULT: Finding = {
  status: 500,
  code: 'platform.fault',
  detail: 'Something went wrong on our side. Give the trace id to whoever looks after Wavehouse.',
  fault: true,
};

function answer(finding: Finding, traceId: string, errors?: Problem['errors']): Answer {
  const { status, code, detail, facts, retryAfterSeconds = null, fault = false } = finding;
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(errors && errors.length > 0 ? { errors } : {}),
    ...(facts ? { facts } : {}),
    traceId,
  };
  return { problem, retryAfterSeconds, fault };
}

function fromDatabase(error: unknown): Finding | null {
  const state = sqlState(error);
  if (!state) return null;
  const constraint = constraintName(error);
  const facts = constraint ? { constraint } : undefined;
  switch (state) {
    case '23505':
      return { status: 409, code: 'request.already-exists', detail: 'This exists already.', facts };
    case '23503':
      return {
        status: 409,
        code: 'request.reference',
        detail: 'It names something that does not exist, or that others still name.',
        facts,
      };
    case '23514':
      return { status: 409, code: 'request.rule', detail: 'A rule of the database forbids this.', facts };
    case '42501':
      return { status: 403, code: 'access.forbidden', detail: 'These rows belong to somebody else.' };
    case '55P03':
    case '57014':
    case '40001':
    case '40P01':
      return busy('The database is busy with the same rows.');
  }
  // Class 22: data that no column can hold (a malformed uuid, a NUL character, a number out of range).
  if (state.startsWith('22')) {
    return { status: 400, code: 'request.invalid', detail: 'A value has a form that cannot be stored.' };
  }
  if (/^(08|53|57P)/.test(state)) return { ...busy('The database is not available right now.'), fault: true };
  return null;
}

function fromConnection(error: unknown): Finding | null {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const lost =
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      message ?? '',
    );
  return lost ? { ...busy('The database is not available right now.'), fault: true } : null;
}

function busy(detail: string): Finding {
  return { status: 503, code: 'platform.busy', detail: `${detail} Try again.`, retryAfterSeconds: 1 };
}

const HTTP_CODES: Record<number, [code: string, detail: string]> = {
  400: ['request.malformed', 'The request can not be read.'],
  404: ['request.no-route', 'There is nothing at this address.'],
  408: ['request.too-slow', 'The request did not arrive in time.'],
  405: ['request.method', 'This address does not know that method.'],
  413: ['request.too-large', 'The request is larger than allowed.'],
  414: ['request.too-large', 'The address is longer than allowed.'],
  431: ['request.too-large', 'The headers of the request are larger than allowed.'],
  415: ['request.media-type', 'This content type is not understood here; use application/json.'],
};

/** What Nest and Fastify throw about the request itself (malformed JSON, unknown path, too large a body). */
function fromHttp(error: unknown): Finding | null {
  const { status, statusCode, code } = (error ?? {}) as {
    status?: number;
    statusCode?: number;
    code?: string;
  };
  const known = [status, statusCode].find((each) => typeof each === 'number' && each >= 400 && each < 500);
  if (!known)
    return error instanceof SyntaxError && code === undefined && 'body' in error ? malformed() : null;
  const [name, detail] = HTTP_CODES[known] ?? ['request.refused', STATUS_CODES[known] ?? 'Refused.'];
  return { status: known, code: name, detail };
}

function malformed(): Finding {
  const [code, detail] = HTTP_CODES[400]!;
  return { status: 400, code, detail };
}
