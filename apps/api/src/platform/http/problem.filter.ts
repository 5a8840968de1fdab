import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentTrace } from '../context.js';
import { log } from '../log.js';
import { MetricsService } from '../metrics.service.js';
import { problemOf } from './problem.js';

/** The one place where an error becomes an answer: problem+json, never a stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly metrics: MetricsService) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const { problem, retryAfterSeconds, fault } = problemOf(error, traceOf(request));
    if (fault) log.error({ err: error, method: request.method, url: request.url }, 'request failed');
    else this.metrics.refusals.inc({ code: problem.code });
    if (retryAfterSeconds !== null) void reply.header('retry-after', String(retryAfterSeconds));
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).header('content-type', 'application/problem+json').send(problem);
  }
}

/** The trace that the request hook noted; errors thrown before a route runs are outside its context. */
function traceOf(request: FastifyRequest & { trace?: string }): string {
  return request.trace ?? currentTrace();
}
