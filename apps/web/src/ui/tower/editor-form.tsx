import { Button, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { UnsavedGuard } from './unsaved.js';
import type { useSavedDraft } from './use-saved-draft.js';

interface EditorFormProps {
  title: string;
  saving: ReturnType<typeof useSavedDraft>;
  /** What else may be done with what is edited. */
  acts?: ReactNode;
  children: ReactNode;
}

/** A page on which one thing is edited: its name with what may be done, and nothing unsaved is lost unasked. */
export function EditorForm({ title, saving: { save, isDirty }, acts, children }: EditorFormProps) {
  const { t } = useTranslation();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <UnsavedGuard isDirty={isDirty} />
      <Group justify="space-between" mb="sm" className="editor-head">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Group gap="xs">
          {acts}
          <Button type="submit" loading={save.isPending} disabled={!isDirty()}>
            {t('Save')}
          </Button>
        </Group>
      </Group>
      <div className="editor">{children}</div>
    </form>
  );
}
