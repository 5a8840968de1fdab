import { Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { useFocusBack } from './use-focus-back.js';

/** A question in front of the page: its title is its name, Esc and the cross close it, its buttons stay in sight while the rest scrolls. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  size?: 'md' | 'lg';
  children: ReactNode;
  /** The buttons; the safe one first, with `data-autofocus`. */
  footer?: ReactNode;
}) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Modal.Root opened onClose={props.onClose} size={props.size ?? 'md'} returnFocus={false}>
      <Modal.Overlay />
      <Modal.Content className="dialog">
        {/* Mantine's own header would be a second banner of the page to a screen reader. */}
        <Group justify="space-between" wrap="nowrap" p="md" pb={0} align="start">
          <Modal.Title fw={700} fz="lg">
            {props.title}
          </Modal.Title>
          <Modal.CloseButton aria-label={t('Close')} />
        </Group>
        <Modal.Body pt="xs">{props.children}</Modal.Body>
        {props.footer && (
          <Group justify="flex-end" gap="xs" className="dialog-foot">
            {props.footer}
          </Group>
        )}
      </Modal.Content>
    </Modal.Root>
  );
}
