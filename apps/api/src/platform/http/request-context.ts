import { AsyncResource } from 'node:async_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { newTrace, withContext } from '../context.js';
import { log } from '../log.js';

const SCOPE = Symbol('request scope');

type Scoped = FastifyRequest & { trace?: string; [SCOPE]?: AsyncResource };

/** Gives every request a context with a trace (the caller's or a new one), echoes it and logs the request's end. */
export function contextPerRequest(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request: Scoped, reply, done) => {
    const trace = traceFrom(request.headers) ?? newTrace();
    request.trace = trace;
    void reply.header('x-trace-id', trace);
    withContext(trace, null, () => {
      request[SCOPE] = new AsyncResource('wavehouse.request');
      done();
    });
  });
  // The body is read in the socket's own async context; from here on the request is in its context again.
  fastify.addHook('preValidation', (request: Scoped, _reply, done) => {
    if (request[SCOPE]) request[SCOPE].runInAsyncScope(done, null);
    else done();
  });
  fastify.addHook('onResponse', (request: Scoped, reply, done) => {
    const facts = { trace: request.trace, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    log.debug({ ...facts, method: request.method, url: request.url.split('?')[0] }, 'answered');
    done();
  });
}

/** The trace id of W3C `traceparent`, else of `x-trace-id`; null when neither holds 32 hex digits. */
export function traceFrom(headers: Record<string, string | string[] | undefined>): string | null {
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(
    String(headers.traceparent ?? ''),
  );
  const plain = /^([0-9a-f]{32})$/.exec(String(headers['x-trace-id'] ?? ''));
  const trace = parent?.[1] ?? plain?.[1] ?? null;
  return trace === '0'.repeat(32) ? null : trace;
}
