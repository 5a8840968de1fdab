import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newTrace } from '../context.js';
import { problemOf } from './problem.js';

/** Answers an address that no router can read (a broken %-escape, an endless parameter): no route and no filter sees those. */
export function answerBeforeRouting(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  const { problem } = problemOf(error, newTrace());
  void reply.status(problem.status).header('content-type', 'application/problem+json').send(problem);
}

const STATUS: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers bytes that are no HTTP request, or one whose headers are too large or too slow, and ends the connection. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const { problem } = problemOf({ statusCode: STATUS[error.code ?? ''] ?? 400 }, newTrace());
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
