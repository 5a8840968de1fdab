import { Alert, Button, Group, List, Text, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import type { FieldErrors } from './field-errors.js';
import { UnsavedGuard } from './unsaved.js';

interface Saving {
  save: { mutate: (input: undefined) => void; isPending: boolean; error: unknown };
  errors: FieldErrors;
  isDirty: () => boolean;
}

interface EditorFormProps {
  title: string;
  /** Who changed it last, such things. */
  note?: ReactNode;
  /** What changes while one types, in a few words: seen where the page's side is below it. */
  glance?: ReactNode;
  saving: Saving;
  /** Why it cannot be saved as it stands; null when it can. */
  obstacle?: string | null;
  /** What else may be done with what is edited. */
  acts?: ReactNode;
  children: ReactNode;
}

/** A page on which one thing is edited: its name with what may be done; a refusal leads to its field, nothing unsaved is lost unasked. */
export function EditorForm(props: EditorFormProps) {
  const { title, note, glance, saving, obstacle = null, acts, children } = props;
  const { save, errors, isDirty } = saving;
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (save.error) goToFault(form.current);
  }, [save.error]);
  const dirty = isDirty();
  const isIdle = !dirty || obstacle !== null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (obstacle !== null) goToFault(form.current);
    else if (dirty && !save.isPending) save.mutate(undefined);
  };
  return (
    <form ref={form} onSubmit={submit}>
      <UnsavedGuard isDirty={isDirty} />
      <div className="editor-head">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {note && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </div>
        <Group gap="xs" className="editor-bar">
          {glance && <span className="editor-glance">{glance}</span>}
          <Text size="sm" c={obstacle ? 'var(--mantine-color-error)' : 'dimmed'} role="status">
            {obstacle ?? (dirty ? t('Not saved yet') : '')}
          </Text>
          <Group gap="xs" ml="auto">
            {acts}
            {/* Stays in the order of the keyboard while there is nothing to save: whoever pressed it goes on from here. */}
            <Button
              type="submit"
              aria-disabled={isIdle}
              data-disabled={isIdle || undefined}
              loading={save.isPending}
            >
              {t('Save')}
            </Button>
          </Group>
        </Group>
      </div>
      <Faults errors={errors} />
      <div className="editor">{children}</div>
    </form>
  );
}

/** What the core found wrong, all of it: some of it may stand at no field, or at one that is out of sight. */
function Faults({ errors }: { errors: FieldErrors }) {
  const { t } = useTranslation();
  const said = [...new Set(Object.values(errors))];
  if (said.length === 0) return null;
  return (
    <Alert color="red" mb="sm" title={t('Not saved')} role="alert" tabIndex={-1} className="editor-faults">
      <List size="sm">
        {said.map((fault) => (
          <List.Item key={fault}>{fault}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

/** To the first field with a fault, or else to where the faults are listed. */
function goToFault(form: HTMLFormElement | null): void {
  const at = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-bad] .handle') ?? null;
  (at ?? form?.querySelector<HTMLElement>('.editor-faults'))?.focus();
}
