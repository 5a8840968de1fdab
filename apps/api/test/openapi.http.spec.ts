import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';

let app: NestFastifyApplication;
let now: OpenAPIObject;
const committed = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;

beforeAll(async () => {
  const { AppModule } = await import('../src/app.module.js');
  const { openApiDocument } = await import('../src/openapi.js');
  app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    preview: true,
    logger: false,
  });
  now = openApiDocument(app);
}, 60_000);
afterAll(() => app.close());

/** What can be told without the build: the fields of DTOs are checked by `openapi.main.js --check` on the built application. */
function operations(document: OpenAPIObject): string[] {
  return Object.entries(document.paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => {
        const { operationId, 'x-allowed': allowed } = operation as {
          operationId: string;
          'x-allowed'?: unknown;
        };
        return `${method.toUpperCase()} ${path} ${operationId} ${JSON.stringify(allowed ?? null)}`;
      }),
    )
    .sort();
}

describe('openapi.json', () => {
  it('names every route of the application, and who may call it', () => {
    expect(operations(committed)).toEqual(operations(now));
  });

  it('is OpenAPI 3.1, answers errors as problems and says of every route who may call it', () => {
    expect(committed.openapi).toBe('3.1.0');
    const nobody = operations(committed).filter((each) => each.endsWith(' null'));
    expect(nobody).toEqual([]);
  });
});
