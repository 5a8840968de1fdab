/**
 * Keyboard-wedge capture: a scanner that types. Characters come at most 35 ms apart and end with Enter, Tab or a pause;
 * no field needs the focus. What a person types by hand is too slow to be taken for a scan.
 */

const GAP_MAX_MS = 35;
/** Shorter than any of our barcodes: a fast double key press is no scan. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 512;

export interface WedgeState {
  text: string;
  lastAt: number;
}

export interface WedgeStep {
  state: WedgeState;
  /** A complete scan. */
  scan: string | null;
  /** True when the key belongs to a scan and must not reach the page (Enter would press a button). */
  swallow: boolean;
}

export const wedgeIdle: WedgeState = { text: '', lastAt: Number.NEGATIVE_INFINITY };

/** One key press. `key` is KeyboardEvent.key; GS (0x1D) arrives as Ctrl+] with most scanners: hand it over as '\u001d'. */
export function wedgeKey(state: WedgeState, key: string, at: number): WedgeStep {
  const goesOn = at - state.lastAt <= GAP_MAX_MS;
  if (key === 'Enter' || key === 'Tab') {
    const complete = goesOn && state.text.length >= LENGTH_MIN;
    return { state: wedgeIdle, scan: complete ? state.text : null, swallow: complete };
  }
  if (key.length !== 1) return { state: key === 'Shift' ? state : wedgeIdle, scan: null, swallow: false };
  const text = goesOn ? state.text + key : key;
  if (text.length > LENGTH_MAX) return { state: wedgeIdle, scan: null, swallow: true };
  return { state: { text, lastAt: at }, scan: null, swallow: goesOn && text.length > 2 };
}

/** A scan whose scanner sends no terminator ends with this pause. */
export const WEDGE_PAUSE_MS = 120;

/** Listens on the window until the returned function is called. Keys typed into a field stay with the field. */
export function listenToWedge(onScan: (scan: string) => void): () => void {
  let state = wedgeIdle;
  let pause: ReturnType<typeof setTimeout> | undefined;
  const onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement | null;
    if (target?.matches('input, textarea, select, [contenteditable]') && !target.matches('[data-scan]'))
      return;
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== ']')) return;
    const step = wedgeKey(state, event.ctrlKey ? '\u001d' : event.key, event.timeStamp);
    state = step.state;
    clearTimeout(pause);
    if (step.swallow) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (step.scan) onScan(step.scan);
    else if (state.text.length >= 6) {
      pause = setTimeout(() => {
        const { text } = state;
        state = wedgeIdle;
        onScan(text);
      }, WEDGE_PAUSE_MS);
    }
  };
  window.addEventListener('keydown', onKey, { capture: true });
  return () => {
    clearTimeout(pause);
    window.removeEventListener('keydown', onKey, { capture: true });
  };
}
