import { NumberInput, Select, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { FieldError } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import type { SchemaField } from './schema-fields.js';

type Values = Record<string, unknown>;

/** A form made of a JSON Schema: labels, help, ranges, choices and defaults are the driver's, errors the agent's. */
export function SchemaForm(props: {
  fields: readonly SchemaField[];
  values: Values;
  /** `config` or `link`: where the errors' paths begin. */
  part: string;
  errors: readonly FieldError[];
  onChange: (values: Values) => void;
}) {
  const { fields, values, part, errors } = props;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name]}
          error={errorOf(errors, `${part}.${field.name}`)}
          onChange={(value) => props.onChange(changed(values, field.name, value))}
        />
      ))}
    </SimpleGrid>
  );
}

/** The errors of a field and of what lies in it. */
export function errorOf(errors: readonly FieldError[], path: string): string | null {
  const found = errors.filter(({ field }) => field === path || field.startsWith(`${path}.`));
  if (found.length === 0) return null;
  return found
    .map(({ field, message }) => (field === path ? message : `${field.slice(path.length + 1)}: ${message}`))
    .join('; ');
}

/** An empty field is left to its default. */
function changed(values: Values, name: string, value: unknown): Values {
  const next = { ...values };
  if (value === undefined || value === '') delete next[name];
  else next[name] = value;
  return next;
}

interface FieldProps {
  field: SchemaField;
  value: unknown;
  error: string | null;
  onChange: (value: unknown) => void;
}

function Field({ field, value, error, onChange }: FieldProps) {
  const common = { label: field.label, description: field.help || undefined, error, required: field.needed };
  const preset = field.preset === undefined ? undefined : String(field.preset);
  switch (field.as) {
    case 'switch':
      return (
        <Switch
          mt="lg"
          label={field.label}
          description={field.help || undefined}
          error={error}
          checked={(value ?? field.preset) === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          allowDeselect={false}
          data={field.options.map(({ label }) => label)}
          value={String(value ?? field.preset ?? '')}
          onChange={(label) => onChange(field.options.find((option) => option.label === label)?.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          placeholder={preset}
          allowDecimal={!field.whole}
          value={(value as number | undefined) ?? ''}
          onChange={(number) => onChange(number === '' ? undefined : Number(number))}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common}
          placeholder={preset}
          maxLength={field.maxLength ?? undefined}
          value={String(value ?? '')}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'json':
      return <JsonField field={field} value={value} error={error} onChange={onChange} />;
  }
}

/** A map or a list, written as JSON: handed on whenever it can be read. */
function JsonField({ field, value, error, onChange }: FieldProps) {
  const { t } = useTranslation();
  const shown = value === undefined ? '' : JSON.stringify(value);
  const [written, setWritten] = useState(shown);
  const [unread, setUnread] = useState(false);
  useEffect(() => {
    setWritten((now) => (sameJson(now, shown) ? now : shown));
  }, [shown]);
  return (
    <Textarea
      label={field.label}
      description={field.help || undefined}
      required={field.needed}
      error={unread ? t('This is no JSON.') : error}
      autosize
      minRows={1}
      value={written}
      onChange={({ currentTarget }) => {
        setWritten(currentTarget.value);
        const read = jsonOf(currentTarget.value);
        setUnread(read === null);
        if (read) onChange(read.value);
      }}
    />
  );
}

function jsonOf(text: string): { value: unknown } | null {
  if (!text.trim()) return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function sameJson(one: string, other: string): boolean {
  const read = jsonOf(one);
  return read !== null && JSON.stringify(read.value ?? null) === (other || 'null');
}
