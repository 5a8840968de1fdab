import { ActionIcon, Group } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconGripVertical } from '@tabler/icons-react';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';

export interface OrderedItem {
  key: string;
  name: string;
  content: ReactNode;
  isBad?: boolean;
  /** Buttons beside those that move it. */
  acts?: ReactNode;
}

interface Dragged {
  from: number;
  over: number;
}

/**
 * A list in an order that matters: dragged by its handle (also by touch), moved by the arrow keys on the handle, or step by step by
 * its buttons. Each move is said aloud.
 */
export function OrderedList(props: {
  label: string;
  items: readonly OrderedItem[];
  onMove: (from: number, to: number) => void;
}) {
  const { t } = useTranslation();
  const { items } = props;
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const [said, setSaid] = useState('');
  const move = (from: number, to: number): void => {
    if (from === to || !(to in items)) return;
    props.onMove(from, to);
    setSaid(
      t('{{name}} is now step {{at}} of {{count}}', {
        name: items[from]!.name,
        at: to + 1,
        count: items.length,
      }),
    );
    keepFocus(list.current, items[from]!.key);
  };
  const placeUnder = (event: PointerEvent): number => {
    const rows = [...(list.current?.children ?? [])];
    const found = rows.findIndex((row) => event.clientY < row.getBoundingClientRect().bottom);
    return found === -1 ? rows.length - 1 : found;
  };
  const handle = (at: number) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      setDragged({ from: at, over: at });
    },
    onPointerMove: (event: PointerEvent) =>
      setDragged((now) => (now ? { ...now, over: placeUnder(event) } : null)),
    onPointerUp: () => {
      if (dragged) move(dragged.from, dragged.over);
      setDragged(null);
    },
    onPointerCancel: () => setDragged(null),
    onKeyDown: (event: KeyboardEvent) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key === 'Escape') setDragged(null);
      if (!step) return;
      event.preventDefault();
      move(at, at + step);
    },
  });
  return (
    <>
      <ol className="ordered" ref={list} aria-label={props.label}>
        {items.map((item, at) => (
          <li
            key={item.key}
            data-key={item.key}
            data-bad={item.isBad || undefined}
            data-dragged={dragged?.from === at || undefined}
            data-over={overOf(dragged, at)}
          >
            <button
              type="button"
              className="handle"
              style={{ touchAction: 'none' }}
              aria-label={t('Move {{name}}: arrow keys, or drag', { name: item.name })}
              {...handle(at)}
            >
              <IconGripVertical size={18} aria-hidden />
            </button>
            <div>{item.content}</div>
            <Group gap={4} wrap="nowrap">
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={at === 0}
                aria-label={t('{{name}} one up', { name: item.name })}
                onClick={() => move(at, at - 1)}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={at === items.length - 1}
                aria-label={t('{{name}} one down', { name: item.name })}
                onClick={() => move(at, at + 1)}
              >
                <IconArrowDown size={16} />
              </ActionIcon>
              {item.acts}
            </Group>
          </li>
        ))}
      </ol>
      <div role="status" className="visually-hidden">
        {said}
      </div>
    </>
  );
}

function overOf(dragged: Dragged | null, at: number): 'above' | 'below' | undefined {
  if (!dragged || dragged.over !== at || dragged.from === at) return undefined;
  return dragged.over < dragged.from ? 'above' : 'below';
}

/** Whoever moved it goes on with what they used: the browser takes the focus from what it moves. */
function keepFocus(list: HTMLElement | null, key: string): void {
  const used = document.activeElement as HTMLButtonElement | null;
  requestAnimationFrame(() => {
    const handle = list?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] .handle`);
    if (used && list?.contains(used) && !used.disabled) used.focus();
    else handle?.focus();
  });
}
