import { type RefObject, useEffect, useRef } from 'react';
import { actsOf } from './wave-acts.js';

export interface KeyTarget {
  id: string;
  state: string;
}

const LINK = '[data-wave-link]';

/** Arrows go from wave to wave, a letter does what the wave's button does, the space bar chooses it. */
export function useBoardKeys(
  board: RefObject<HTMLElement | null>,
  onKey: (target: KeyTarget, act: ReturnType<typeof actsOf>[number]['name'] | 'choose') => void,
): void {
  const newest = useRef(onKey);
  newest.current = onKey;
  useEffect(() => {
    const element = board.current;
    if (!element) return;
    const hear = (event: KeyboardEvent): void => {
      const link = (event.target as HTMLElement).closest<HTMLElement>(LINK);
      const card = link?.closest<HTMLElement>('[data-wave]');
      if (!link || !card || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = neighbour(element, link, event.key);
      if (next) {
        event.preventDefault();
        next.focus();
        next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        return;
      }
      const target = { id: card.dataset.wave!, state: card.dataset.state! };
      const act =
        event.key === ' ' ? 'choose' : actsOf(target.state).find(({ key }) => key === event.key)?.name;
      if (!act) return;
      event.preventDefault();
      newest.current(target, act);
    };
    element.addEventListener('keydown', hear);
    return () => element.removeEventListener('keydown', hear);
  }, [board]);
}

/** The wave above or below in the column, or the nearest one in the next column that is not empty. */
function neighbour(board: HTMLElement, from: HTMLElement, key: string): HTMLElement | null {
  const columns = [...board.querySelectorAll('[data-column]')]
    .map((column) => [...column.querySelectorAll<HTMLElement>(LINK)])
    .filter((links) => links.length > 0);
  const at = columns.findIndex((links) => links.includes(from));
  const column = columns[at];
  if (!column) return null;
  const row = column.indexOf(from);
  const vertical = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (vertical) return column[row + vertical] ?? null;
  const horizontal = { ArrowRight: 1, ArrowLeft: -1 }[key];
  const beside = horizontal ? columns[at + horizontal] : undefined;
  return beside?.[Math.min(row, beside.length - 1)] ?? null;
}
