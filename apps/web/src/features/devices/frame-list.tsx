import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { type FrameRow, spacedHex } from './frame-store.js';
import { type Frames, useDrawn } from './use-frames.js';

/** Must equal the height in tower.css. */
const ROW_PX = 22;
const BEYOND = 6;
/** A scroll this long after a wheel, key or finger is a person's. */
const TOUCH_MS = 1_000;
const ARROWS = { in: '←', out: '→', command: '▸', note: '·' } as const;

/** Thousands of lines, of which only those in sight are drawn. Stays at the newest until somebody scrolls up. */
export function FrameList(props: { device: string; frames: Frames; held: readonly FrameRow[] | null }) {
  const { t } = useTranslation();
  const drawn = useDrawn(props.frames);
  const rows = props.held ?? props.frames.store.rows;
  const follow = props.held === null;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const lastTop = useRef(0);
  /** When somebody last touched the list: it also scrolls by itself, when its lines change. */
  const touchedAt = useRef(Number.NEGATIVE_INFINITY);
  const touch = (): void => {
    touchedAt.current = performance.now();
  };
  const [top, setTop] = useState(0);
  const height = rows.length * ROW_PX;
  useLayoutEffect(() => {
    if (follow && atEnd.current && box.current) box.current.scrollTop = height;
  }, [drawn, follow, height]);
  const inSight = Math.ceil((box.current?.clientHeight ?? 440) / ROW_PX);
  const first = Math.max(0, Math.min(Math.floor(top / ROW_PX), rows.length - inSight) - BEYOND);
  return (
    <div
      ref={box}
      className="frames mono"
      role="log"
      aria-live="off"
      aria-label={t('Frames of {{device}}', { device: props.device })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so it must be reachable by keyboard
      tabIndex={0}
      onWheel={touch}
      onTouchMove={touch}
      onPointerDown={touch}
      onKeyDown={touch}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        setTop(scrollTop);
        const byHand = performance.now() - touchedAt.current < TOUCH_MS;
        // A dragged scroll bar says nothing more until it is let go.
        if (byHand) touch();
        if (scrollTop + clientHeight >= scrollHeight - 2 * ROW_PX) atEnd.current = true;
        else if (byHand && scrollTop < lastTop.current) atEnd.current = false;
        lastTop.current = scrollTop;
      }}
    >
      <div style={{ height }}>
        <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
          {rows.slice(first, first + inSight + 2 * BEYOND).map((row, place) => (
            // Keyed by place: each shows the next line. Elements made anew for each line would be what costs.
            <FrameLine key={place} row={row} />
          ))}
        </div>
      </div>
    </div>
  );
}

function FrameLine({ row }: { row: FrameRow }) {
  const isBytes = row.direction === 'in' || row.direction === 'out';
  return (
    <div className="frame" data-direction={row.direction}>
      <span>{row.at.slice(11, 23)}</span>
      <b>{ARROWS[row.direction]}</b>
      <span className="ascii">{row.ascii}</span>
      <span className="decoded">{row.decoded ?? ''}</span>
      <span className="hex">{isBytes ? spacedHex(row.hex) : ''}</span>
    </div>
  );
}
