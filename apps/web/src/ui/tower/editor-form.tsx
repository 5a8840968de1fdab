import { Alert, Button, Group, List, Text, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
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
  const [marked, setMarked] = useState(0);
  useEffect(() => {
    setMarked(save.error ? (form.current?.querySelectorAll(MARKED).length ?? 0) : 0);
    if (save.error) goToFault(form.current);
  }, [save.error]);
  const dirty = isDirty();
  const trouble =
    obstacle ?? (marked > 0 ? t('Not saved: {{count}} fields to correct', { count: marked }) : null);
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
          <Text size="sm" c={trouble ? 'var(--mantine-color-error)' : 'dimmed'} role="status">
            {trouble ?? (dirty ? t('Not saved yet') : '')}
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
      {marked === 0 && <Faults errors={errors} />}
      <div className="editor">{children}</div>
    </form>
  );
}

/** Fields that say what is wrong with them. */
const MARKED = '[aria-invalid="true"]';

/** What the core found wrong where no field on the page stands for it. */
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
  const at = form?.querySelector<HTMLElement>(`${MARKED}, [data-bad] .handle`) ?? null;
  (at ?? form?.querySelector<HTMLElement>('.editor-faults'))?.focus();
}
