/** What a form shows of one property of a JSON Schema. */
export type SchemaField = { name: string; label: string; help: string; needed: boolean; preset: unknown } & (
  | { as: 'text'; pattern: string | null; maxLength: number | null }
  | { as: 'number'; whole: boolean; min: number | null; max: number | null }
  | { as: 'switch' }
  | { as: 'choice'; options: { value: unknown; label: string }[] }
  /** Maps and lists are written as JSON. */
  | { as: 'json' }
);

interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** The fields of a driver's config or a link, in their order. `kind` of a link is chosen elsewhere. */
export function fieldsOf(schema: Record<string, unknown>, leaveOut: readonly string[] = []): SchemaField[] {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties)
    .filter(([name, each]) => !leaveOut.includes(name) && each.const === undefined)
    .map(([name, each]) => fieldOf(name, each, required.includes(name)));
}

function fieldOf(name: string, schema: Schema, needed: boolean): SchemaField {
  const common = {
    ...{ name, needed },
    label: schema.title ?? wordsOf(name),
    help: helpOf(schema),
    preset: schema.default,
  };
  if (schema.enum) {
    return {
      ...common,
      as: 'choice',
      options: schema.enum.map((value) => ({ value, label: String(value) })),
    };
  }
  switch (schema.type) {
    case 'boolean':
      return { ...common, as: 'switch' };
    case 'integer':
    case 'number': {
      const min = schema.minimum ?? schema.exclusiveMinimum ?? null;
      return { ...common, as: 'number', whole: schema.type === 'integer', min, max: schema.maximum ?? null };
    }
    case 'string':
      return { ...common, as: 'text', pattern: schema.pattern ?? null, maxLength: schema.maxLength ?? null };
    default:
      return { ...common, as: 'json' };
  }
}

/** The description with the range, which units stand in the title. */
function helpOf({ description = '', minimum, maximum }: Schema): string {
  const range =
    minimum !== undefined && maximum !== undefined
      ? `${minimum}–${maximum}`
      : minimum !== undefined
        ? `≥ ${minimum}`
        : maximum !== undefined
          ? `≤ ${maximum}`
          : '';
  return [description, range].filter(Boolean).join(' ');
}

/** `replyTimeoutMs`: Reply timeout ms */
function wordsOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
