import { Ajv, type ValidateFunction } from 'ajv';

/** A JSON Schema (draft 07) object: the console's form and the agent's validation of a driver's config. */
export type JsonSchema = Record<string, unknown>;

export type ConfigCheck<C> = { ok: true; config: C } | { ok: false; errors: string[]; fields: ConfigError[] };

/** What is wrong with one field. `field` is its path (`lanes.SHIP-1`), empty for the whole. */
export interface ConfigError {
  field: string;
  message: string;
}

const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/**
 * Checks a config against its schema and fills in the schema's defaults. The input is not changed.
 * Errors name the field: "baudRate must be integer".
 */
export function checkConfig<C = unknown>(schema: JsonSchema, input: unknown): ConfigCheck<C> {
  const config = structuredClone(input ?? {});
  const validate = validator(schema);
  if (validate(config)) return { ok: true, config: config as C };
  const errors = validate.errors ?? [];
  return { ok: false, errors: errors.map(sayError), fields: errors.map(fieldOf) };
}

function validator(schema: JsonSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    // strictTypes off: `oneOf` of link kinds repeats properties without repeating their type.
    const ajv = new Ajv({
      allErrors: true,
      useDefaults: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
    });
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

function sayError(error: {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || 'config';
  const extra = error.params.additionalProperty ?? error.params.allowedValues;
  return `${field} ${error.message ?? 'is not valid'}${extra === undefined ? '' : ` (${JSON.stringify(extra)})`}`;
}

function fieldOf(error: {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}): ConfigError {
  const named = error.params.missingProperty ?? error.params.additionalProperty;
  const path = error.instancePath.split('/').slice(1);
  const field = [...path, ...(typeof named === 'string' ? [named] : [])].join('.');
  if (error.params.missingProperty !== undefined) return { field, message: 'is needed' };
  if (error.params.additionalProperty !== undefined) return { field, message: 'is not known here' };
  const allowed = error.params.allowedValues;
  const list = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return { field, message: `${error.message ?? 'is not valid'}${list}` };
}
