import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `openapi.json` says of a value; only what the walk needs. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  minimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
}

export interface Operation {
  method: string;
  /** With `{parameters}`. */
  path: string;
  parameters: Parameter[];
  /** Null for a route that takes no JSON. */
  body: Schema | null;
}

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: Parameter[];
        requestBody?: { content: Record<string, { schema: Schema }> };
      }
    >
  >;
  components: { schemas: Record<string, Schema> };
}

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../openapi.json'), 'utf8'),
) as OpenApi;

/** Every operation that the API publishes. */
export function operations(): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema ?? null,
    })),
  );
}

function resolved(schema: Schema): Schema {
  const named = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return named ? document.components.schemas[named.split('/').at(-1)!]! : schema;
}

/** A place in a body, such as `['lines', 0, 'sku']`. */
export type Place = (string | number)[];

export interface Leaf {
  place: Place;
  /** `text` is free text; an id or one of a list is `other`. */
  kind: 'text' | 'number' | 'other';
}

/** Every field of a body that holds no further fields. */
export function leavesOf(given: Schema, place: Place = []): Leaf[] {
  const schema = resolved(given);
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, each]) => leavesOf(each, [...place, name]));
  }
  if (schema.items) return leavesOf(schema.items, [...place, 0]);
  const types = [schema.type].flat();
  const free = types.includes('string') && !schema.enum && !schema.format;
  const kind = free ? 'text' : types.includes('number') ? 'number' : 'other';
  return [{ place, kind }];
}

/** The least body that passes the checks of form; `words` says what the named fields hold. */
export function soundBody(given: Schema, words: Record<string, unknown>, name = ''): unknown {
  const schema = resolved(given);
  if (name in words) return words[name];
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, each]) => [key, soundBody(each, words, key)]),
    );
  }
  if (schema.items) return [soundBody(schema.items, words, name.replace(/s$/, ''))];
  if (schema.enum) return schema.enum[0];
  const type = [schema.type].flat()[0];
  if (type === 'number' || type === 'integer') return Math.max(schema.minimum ?? 1, 1);
  if (type === 'boolean') return false;
  return type === 'object' ? {} : 'words';
}

/** The body with another value at one place. */
export function withValue(body: unknown, place: Place, value: unknown): unknown {
  const copy = structuredClone(body);
  let at = copy as Record<string | number, unknown>;
  for (const key of place.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[place.at(-1)!] = value;
  return copy;
}
