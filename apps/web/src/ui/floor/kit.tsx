import { type ReactNode, useEffect, useRef } from 'react';
import type { Feedback } from '../../lib/feedback.js';

export interface FlashMessage {
  kind: Feedback | 'note' | 'warn';
  text: string;
}

const SHAPES: Record<FlashMessage['kind'], string> = {
  good: '✓',
  done: '✓✓',
  wrong: '✕',
  already: '●',
  note: 'i',
  warn: '!',
};

/** What the last scan did: colour, shape and words. A wrong one stays until a right one clears it. */
function Flash({ message }: { message: FlashMessage | null }) {
  return (
    <div role="status" aria-live="assertive" className="flash" data-kind={message?.kind ?? 'idle'}>
      {message && (
        <>
          <span className="shape" aria-hidden="true">
            {SHAPES[message.kind]}
          </span>
          <span className="words">{message.text}</span>
        </>
      )}
    </div>
  );
}

/**
 * One screen, one instruction: bar on top, work in the middle, what the last scan did, actions at the thumb. The message has
 * its place also when there is none, so that nothing moves when it comes.
 */
export function Screen(props: {
  bar: ReactNode;
  children: ReactNode;
  message: FlashMessage | null;
  actions?: ReactNode;
}) {
  return (
    <div className="screen">
      {props.bar}
      <main className="body">{props.children}</main>
      <Flash message={props.message} />
      <footer className="actions">{props.actions}</footer>
    </div>
  );
}

/** A thing to find, with its name; the one to scan `now` is the largest on the screen. */
export function Instruction(props: {
  label: string;
  children: ReactNode;
  now?: boolean;
  done?: boolean;
  /** For what is read from afar although it is not to be scanned. */
  huge?: boolean;
  /** Its place on a stop's screen. */
  area?: 'place' | 'item' | 'take' | 'slot';
}) {
  const classes = ['instruction', props.area, props.now && 'now', props.done && 'done']
    .filter(Boolean)
    .join(' ');
  return (
    <section className={classes} aria-current={props.now ? 'step' : undefined}>
      <span className="label">
        {props.done ? '✓ ' : ''}
        {props.label}
      </span>
      <span className={props.now || props.huge ? 'huge' : 'big'}>{props.children}</span>
    </section>
  );
}

export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  const share = of === 0 ? 0 : Math.min(100, (100 * done) / of);
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuenow={done}
      aria-valuemin={0}
      aria-valuemax={of}
    >
      <i style={{ width: `${share}%` }} />
    </div>
  );
}

/** Digits on the screen, so that the system keyboard never appears. */
export function Keypad(props: {
  onDigit: (digit: string) => void;
  onBack: () => void;
  onEnter: () => void;
  backLabel: string;
  enterLabel: string;
}) {
  return (
    <div className="keypad">
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => (
        <button key={digit} type="button" className="key" onClick={() => props.onDigit(digit)}>
          {digit}
        </button>
      ))}
      <button type="button" className="key" aria-label={props.backLabel} onClick={props.onBack}>
        ⌫
      </button>
      <button type="button" className="key" onClick={() => props.onDigit('0')}>
        0
      </button>
      <button type="button" className="key" aria-label={props.enterLabel} onClick={props.onEnter}>
        ↵
      </button>
    </div>
  );
}

/** A choice from below, reached with the thumb; Escape or the veil closes it. */
export function Sheet(props: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDivElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>('button')?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="sheet" onPointerDown={(event) => event.target === event.currentTarget && props.onClose()}>
      <div role="dialog" aria-modal="true" aria-label={props.title} ref={dialog}>
        <h2>{props.title}</h2>
        {props.children}
      </div>
    </div>
  );
}

/** The last characters, underlined: what a person compares with the shelf. */
export function Tail({ text, count = 4 }: { text: string; count?: number }) {
  return (
    <>
      {text.slice(0, -count)}
      <span className="tail">{text.slice(-count)}</span>
    </>
  );
}
