import { type WedgeState, wedgeIdle, wedgeKey } from './wedge.js';

/** Types `keys` with `gapMs` between them, `pauseMs` after what was typed before. */
function type(keys: string[], gapMs: number, from: WedgeState = wedgeIdle, pauseMs = 0) {
  let state = from;
  let at = Number.isFinite(from.lastAt) ? from.lastAt + pauseMs : 1000;
  let scan: string | null = null;
  let swallowed = 0;
  for (const key of keys) {
    at += gapMs;
    const step = wedgeKey(state, key, at);
    ({ state } = step);
    scan = step.scan ?? scan;
    if (step.swallow) swallowed += 1;
  }
  return { state, scan, swallowed };
}

describe('a scanner that types', () => {
  it.each([
    ['Enter', 'L-A-03-12-2'],
    ['Tab', '9506000134352'],
  ])('ends a scan with %s', (end, code) => {
    expect(type([...code, end], 8).scan).toBe(code);
  });

  it('keeps capitals, group separators and what Shift does out of the way', () => {
    const keys = ['Shift', ']', 'C', '1', '1', '0', 'A', '\u001d', '2', '1', 'x', 'Enter'];
    expect(type(keys, 5).scan).toBe(']C110A\u001d21x');
  });

  it('swallows its Enter, so that no button is pressed', () => {
    expect(wedgeKey(type([...'T-000123'], 8).state, 'Enter', 1000 + 9 * 8)).toMatchObject({ swallow: true });
  });

  it('leaves what a person types to the page', () => {
    expect(type([...'T-000123', 'Enter'], 120)).toMatchObject({ scan: null, swallowed: 0 });
  });

  it('takes no double key press for a scan', () => {
    expect(type(['a', 'b', 'Enter'], 8).scan).toBeNull();
  });

  it('forgets what came before a pause', () => {
    const half = type([...'L-A-0'], 8);
    expect(type([...'T-000123', 'Enter'], 8, half.state, 500).scan).toBe('T-000123');
  });

  it('drops a flood of characters whole', () => {
    expect(type([...'x'.repeat(10_000), 'Enter'], 1).scan?.length ?? 0).toBeLessThanOrEqual(512);
  });
});
