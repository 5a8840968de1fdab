import fc from 'fast-check';
import { fitText, textWidth } from './text-fit.js';

describe('fitText', () => {
  const fits = fc.record({
    width: fc.integer({ min: 60, max: 800 }),
    fontHeight: fc.integer({ min: 16, max: 48 }),
    lines: fc.integer({ min: 1, max: 4 }),
  });

  it('gives the same number of lines for any text, and each fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fits, (text, fit) => {
        const lines = fitText(text, fit);
        expect(lines).toHaveLength(fit.lines);
        for (const line of lines) {
          const single = [...line.replace('...', '')].length <= 1;
          if (!single) expect(textWidth(line, fit.fontHeight)).toBeLessThanOrEqual(fit.width + 1e-9);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('loses nothing of a text that fits', () => {
    const words = fc.array(fc.stringMatching(/^[A-Za-z0-9]{1,8}$/), { maxLength: 6 });
    fc.assert(
      fc.property(words, (list) => {
        const lines = fitText(list.join(' '), { width: 1000, fontHeight: 20, lines: 3 });
        expect(lines.filter(Boolean).join(' ')).toBe(list.join(' '));
      }),
    );
  });

  it('breaks at spaces and marks what it cuts', () => {
    const fit = { width: 200, fontHeight: 20, lines: 2 };
    expect(fitText('12 Jalan Bukit Bintang and much more that does not fit', fit)).toEqual([
      '12 Jalan Bukit',
      'Bintang and much...',
    ]);
  });

  it('takes Chinese characters as wide as high', () => {
    expect(fitText('吉隆坡武吉免登路十二号', { width: 130, fontHeight: 20, lines: 2 })).toEqual([
      '吉隆坡武吉免',
      '登路十二号',
    ]);
  });
});
