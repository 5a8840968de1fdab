import { CloseButton, Group, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { ScrollBox } from './scroll-box.js';
import { useFocusBack } from './use-focus-back.js';

/** Something to look at beside the page, which stays in use. Opens with the focus on its title, closes by Esc and gives the focus back. */
export function SidePanel(props: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Stays in sight below what scrolls. */
  footer?: ReactNode;
}) {
  const { t } = useTranslation();
  const title = useRef<HTMLHeadingElement>(null);
  useFocusBack();
  useEffect(() => title.current?.focus(), []);
  const panel = useRef<HTMLElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;
  useEffect(() => {
    const element = panel.current;
    const hear = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close.current();
    };
    element?.addEventListener('keydown', hear);
    return () => element?.removeEventListener('keydown', hear);
  }, []);
  return (
    <aside ref={panel} className="side-panel" aria-label={props.title}>
      <Group justify="space-between" wrap="nowrap" className="side-panel-head">
        <Title order={2} size="h4" ref={title} tabIndex={-1}>
          {props.title}
        </Title>
        <CloseButton aria-label={t('Close')} onClick={props.onClose} />
      </Group>
      <ScrollBox className="side-panel-body" label={props.title}>
        {props.children}
      </ScrollBox>
      {props.footer && <div className="side-panel-foot">{props.footer}</div>}
    </aside>
  );
}
