import fc from 'fast-check';
import { printableText, zplField } from './zpl-field.js';

/** What a printer makes of a field written with ^FH. */
function printed(field: string): string {
  const data = /^\^FH\^FD([A-Za-z0-9 .,:/_-]*)\^FS$/.exec(field);
  if (!data) throw new Error(`not a field: ${field}`);
  const bytes = (data[1]!.match(/_[0-9A-F]{2}|[^_]/g) ?? []).map((part) =>
    part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0),
  );
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
}

describe('zplField', () => {
  it('prints exactly the value, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (value) => {
        expect(printed(zplField(value))).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['A-1 .,:/', '^FH^FDA-1 .,:/^FS'],
    ['x^XZ^XA', '^FH^FDx_5EXZ_5EXA^FS'],
    ['~JR_\\', '^FH^FD_7EJR_5F_5C^FS'],
    ['陈', '^FH^FD_E9_99_88^FS'],
    ['', '^FH^FD^FS'],
  ])('writes %j as %s', (value, field) => {
    expect(zplField(value)).toBe(field);
  });
});

describe('printableText', () => {
  it('turns what can not be printed into spaces', () => {
    expect(printableText(' a\u0000b\r\n\tc\u202ed  ')).toBe('a b c d');
  });
});
