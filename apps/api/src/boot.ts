import fastifyCompress from '@fastify/compress';
import fastifyHelmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { AppConfig } from './platform/config.js';
import { isTooDeep } from './platform/http/read-json.js';
import { contextPerRequest } from './platform/http/request-context.js';
import { answerBeforeRouting, answerUnreadable } from './platform/http/unroutable.js';
import { serveWeb } from './platform/http/web.js';
import { nestLogger } from './platform/log.js';
import { MetricsService } from './platform/metrics.service.js';
import { Refusal } from './platform/refusal.js';

/** An order of the largest size is some 200 kB; bulk files come as streams, which this does not bound. */
const BODY_MAX_BYTES = 1024 * 1024;
const REQUEST_LIMIT_MS = 120_000;
const CONNECTION_LIMIT_MS = 30_000;
/** Longer than a proxy's, so that it is the proxy that closes an idle connection. */
const KEEP_ALIVE_MS = 72_000;

/** The application, complete but not listening yet; tests boot this too. */
export async function createApp(): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_LIMIT_MS,
    connectionTimeout: CONNECTION_LIMIT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    frameworkErrors: answerBeforeRouting,
    clientErrorHandler: answerUnreadable,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  contextPerRequest(fastify);
  acceptStreams(fastify);
  refuseDepth(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger: nestLogger,
    abortOnError: false,
  });
  await secure(app);
  measure(fastify, app.get(MetricsService));
  const { webDir } = app.get(AppConfig);
  if (webDir) await serveWeb(app, webDir);
  return app;
}

/** Files of orders and items are read row by row, so their bytes are handed on as they come. */
function acceptStreams(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(['application/x-ndjson', 'text/csv'], (_request, payload, done) => {
    done(null, payload);
  });
}

/** Code that walks a body down (validation, JSON again) would run out of stack on one that is nothing but brackets. */
function refuseDepth(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    const { body } = request;
    const isStream = typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
    if (isStream || !isTooDeep(body)) return done();
    return done(
      new Refusal('request.malformed', 'The request is nested deeper than anything here.', { status: 400 }),
    );
  });
}

async function secure(app: NestFastifyApplication): Promise<void> {
  await app.register(fastifyHelmet, {
    // Many warehouses run on plain http inside their own network: nothing here may force https upon them.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        imgSrc: ["'self'", 'data:', 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        upgradeInsecureRequests: null,
      },
    },
  });
  await app.register(fastifyCompress, { threshold: 2_048, encodings: ['gzip', 'identity'] });
}

function measure(fastify: FastifyInstance, metrics: MetricsService): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, never the address: ids would make a series each.
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.answered.observe(labels, reply.elapsedTime / 1_000);
    done();
  });
}
