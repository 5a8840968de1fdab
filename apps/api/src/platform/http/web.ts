import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ConfigError } from '../config.js';
import { newTrace } from '../context.js';

/** Paths that are never a page: a missing one is a 404, not the application's start page. */
const NOT_A_PAGE =
  /^\/(api|assets|socket\.io|livez|readyz|metrics)(\/|$)|\.(js|css|map|json|png|svg|ico|txt|woff2|wasm|webmanifest)$/;
const YEAR_SECONDS = 31_536_000;

/**
 * Serves the built web app: files as they are, `/floor` and below as the handheld's page, everything else as the tower's.
 * @throws ConfigError when there is no built web app in the directory
 */
export async function serveWeb(app: NestFastifyApplication, webDir: string): Promise<void> {
  for (const page of ['index.html', 'floor.html']) {
    if (!existsSync(join(webDir, page))) {
      throw new ConfigError(`WEB_DIR has no ${page}: ${webDir} holds no built web app (npm run build:web).`);
    }
  }
  // Loaded only here: an API without screens needs none of it.
  const { default: fastifyStatic } = await import('@fastify/static');
  await app.register(fastifyStatic, {
    root: webDir,
    wildcard: true,
    index: false,
    serve: false,
    cacheControl: false,
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.get('/*', (request, reply) => answer(request, reply, webDir));
}

function answer(request: FastifyRequest & { trace?: string }, reply: FastifyReply, webDir: string): unknown {
  const path = request.url.split('?')[0]!;
  const file = fileOf(path, webDir);
  if (file) {
    // Names under /assets/ carry a hash of their content.
    const forever = path.startsWith('/assets/');
    void reply.header('cache-control', forever ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    return reply.sendFile(file);
  }
  if (NOT_A_PAGE.test(path)) return notFound(request, reply);
  void reply.header('cache-control', 'no-cache');
  return reply.sendFile(/^\/floor(\/|$)/.test(path) ? 'floor.html' : 'index.html');
}

/** The file that a path names, if there is one. @fastify/static checks again that it lies inside the directory. */
function fileOf(path: string, webDir: string): string | null {
  if (!/^\/[A-Za-z0-9_][A-Za-z0-9._/-]*\.[A-Za-z0-9]{1,12}$/.test(path) || path.includes('..')) return null;
  return existsSync(join(webDir, path)) ? path.slice(1) : null;
}

function notFound(request: FastifyRequest & { trace?: string }, reply: FastifyReply): unknown {
  void reply.status(404).header('content-type', 'application/problem+json');
  return reply.send({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'request.no-route',
    detail: 'There is nothing at this address.',
    traceId: request.trace ?? newTrace(),
  });
}
