import { Button, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from './dialog.js';

/** Asks before a page with unsaved changes is left, also by closing the window. */
export function UnsavedGuard({ isDirty }: { isDirty: () => boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty() && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Dialog
      onClose={blocker.reset}
      title={t('Leave without saving?')}
      footer={
        <>
          <Button variant="default" color="red" onClick={blocker.proceed}>
            {t('Leave, lose the changes')}
          </Button>
          <Button onClick={blocker.reset} data-autofocus>
            {t('Stay')}
          </Button>
        </>
      }
    >
      <Text>{t('What you changed on this page is not saved yet.')}</Text>
    </Dialog>
  );
}
