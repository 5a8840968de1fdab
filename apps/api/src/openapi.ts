import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type Allowed, OPENAPI_ALLOWED } from './platform/http/allow.js';

const API_VERSION = '1';

/** The HTTP interface as OpenAPI 3.1: every route with who may call it, its request and the problem it answers errors with. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Wavehouse')
    .setDescription(
      'Warehouse e-fulfilment: orders, stock, waves, picking, packing, shipping, conveyors and devices.',
    )
    .setVersion(API_VERSION)
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: "A session token or a merchant's API key.",
    })
    .addCookieAuth('wh_session')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  document.components = { ...document.components };
  document.components.schemas = { ...document.components.schemas, Problem: PROBLEM };
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) describe(operation);
  }
  return document;
}

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

interface Operation {
  operationId?: string;
  responses: Record<string, unknown>;
  security?: unknown[];
  [OPENAPI_ALLOWED]?: Allowed | 'public';
}

/** Every error has the same shape; every route that is not public needs one of the two credentials. */
function describe(operation: Operation): void {
  if (operation[OPENAPI_ALLOWED] !== 'public') operation.security = [{ bearer: [] }, { cookie: [] }];
  operation.responses.default = {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

const PROBLEM: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'traceId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable, for programs: module.reason' },
    detail: { type: 'string', description: 'One sentence for people' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
    facts: { type: 'object', additionalProperties: true },
    traceId: { type: 'string' },
  },
};
