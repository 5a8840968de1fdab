import { Button, Group, Menu, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import type { WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { errorAt, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Look first, copy, archive. What is not saved must be saved first: these act on what the core knows. */
export function TemplateActs({ template, isDirty }: { template: WaveTemplateView; isDirty: boolean }) {
  const { t } = useTranslation();
  const [copying, copy] = useDisclosure(false);
  const archive = useAct(
    () => api.post(`/waves/templates/${template.id}/${template.archived ? 'restore' : 'archive'}`),
    {
      done: template.archived ? t('The template is back.') : t('The template is archived.'),
      refresh: ['templates', 'template'],
    },
  );
  return (
    <Group gap="xs">
      <Button
        variant="default"
        component={Link}
        to="/waves"
        search={{ dryTemplate: template.id } as never}
        disabled={isDirty || template.archived}
      >
        {t('Dry run')}
      </Button>
      <Menu withinPortal position="bottom-end">
        <Menu.Target>
          <Button variant="default">{t('More')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={copy.open}>{t('Copy')}</Menu.Item>
          <Menu.Item color={template.archived ? undefined : 'red'} onClick={() => archive.mutate(undefined)}>
            {template.archived ? t('Take it back') : t('Archive')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {copying && <CopyDialog template={template} onClose={copy.close} />}
    </Group>
  );
}

function CopyDialog({ template, onClose }: { template: WaveTemplateView; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const id = useId();
  const [name, setName] = useState(t('{{name}} (copy)', { name: template.name }));
  const copy = useAct(
    async () => {
      const made = await api.post<WaveTemplateView>(`/waves/templates/${template.id}/copy`, { name });
      onClose();
      await navigate({ to: '/waves/templates/$templateId', params: { templateId: made.id } });
    },
    { done: t('Copied.'), refresh: ['templates'], showsFaults: true },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') copy.mutate(undefined);
  };
  return (
    <Dialog
      onClose={onClose}
      title={t('Copy {{name}}', { name: template.name })}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            {t('Close')}
          </Button>
          <Button type="submit" form={id} loading={copy.isPending} disabled={name.trim() === ''}>
            {t('Copy')}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit}>
        <TextInput
          label={t('Name of the copy')}
          data-autofocus
          maxLength={80}
          value={name}
          error={errorAt(fieldErrorsOf(copy.error), 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </form>
    </Dialog>
  );
}
