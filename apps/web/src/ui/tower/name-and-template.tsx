import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Page, WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { errorAt, type FieldErrors } from './field-errors.js';

/** The templates that can plan waves. */
export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => api.get<Page<WaveTemplateView>>('/waves/templates', signal),
  });
}

interface Named {
  name: string;
  templateId?: string | null;
}

/** What it is called, and the template that plans its waves. */
export function NameAndTemplate(props: {
  value: Named;
  templates: readonly WaveTemplateView[];
  errors: FieldErrors;
  onChange: (part: { name: string } | { templateId: string | undefined }) => void;
}) {
  const { t } = useTranslation();
  const { value, templates, errors, onChange } = props;
  return (
    <>
      <TextInput
        label={t('Name')}
        required
        maxLength={80}
        value={value.name}
        error={errorAt(errors, 'name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Select
        label={t('Template that plans it')}
        required
        data={templates.map(({ id, name }) => ({ value: id, label: name }))}
        value={value.templateId ?? null}
        error={errorAt(errors, 'templateId')}
        onChange={(templateId) => onChange({ templateId: templateId ?? undefined })}
      />
    </>
  );
}
