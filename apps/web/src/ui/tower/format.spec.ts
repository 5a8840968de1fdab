import { clockTime, dayAndTime, setSiteZone, share, siteZone, span } from './format.js';

const AT = '2026-03-01T20:05:09.000Z';

describe('times', () => {
  afterEach(() => setSiteZone('UTC'));

  it('are those of the clocks on site, to 24 hours', () => {
    setSiteZone('Asia/Kuala_Lumpur');
    expect(clockTime(AT)).toBe('04:05');
    expect(clockTime(AT, true)).toBe('04:05:09');
    expect(dayAndTime(AT)).toContain('04:05');
  });

  it('keep the browser’s zone where the site’s is unknown', () => {
    setSiteZone('Moon/Tranquility');
    expect(siteZone()).toBeUndefined();
    expect(clockTime(AT)).toMatch(/^\d\d:\d\d$/);
  });

  it('are a dash where there is none', () => {
    expect([clockTime(null), dayAndTime(null), span(null), share(null)]).toEqual(['–', '–', '–', '–']);
  });
});

describe('span', () => {
  const from = Date.parse(AT);
  it.each([
    [0, '0 s'],
    [89_000, '89 s'],
    [90_000, '2 min'],
    [89 * 60_000, '89 min'],
    [130 * 60_000, '2 h 10 min'],
    [50 * 3_600_000, '2 d'],
    [-5_000, '0 s'],
  ])('of %i ms is %s', (ms, words) => {
    expect(span(AT, from + ms)).toBe(words);
  });
});
