import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from './dialog.js';

/** Asks before something that a slip of the hand must not do. The focus is on the way back. */
export function Confirm(props: {
  question: string;
  /** What would come of it. */
  children: ReactNode;
  /** What the button says that does it. */
  yes: string;
  isPending: boolean;
  onYes: () => void;
  onNo: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={props.question}
      onClose={props.onNo}
      footer={
        <>
          <Button variant="default" onClick={props.onNo} data-autofocus>
            {t('Keep it')}
          </Button>
          <Button color="red" loading={props.isPending} onClick={props.onYes}>
            {props.yes}
          </Button>
        </>
      }
    >
      <Text>{props.children}</Text>
    </Dialog>
  );
}
