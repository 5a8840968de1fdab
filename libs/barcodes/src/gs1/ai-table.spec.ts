import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ApplicationIdentifier, applicationIdentifiers } from './ai-dictionary.js';

/** What one identifier asks for, in a form that two sources can be compared in. */
interface Facts {
  parts: string[];
  needs: string[][][];
  bars: string[];
  path: string[][] | null;
  linkAttribute: boolean;
}

/** Our checks under the names that the GS1 Syntax Dictionary has for them. */
const LINTERS: Record<string, string> = {
  prefix1: 'gcppos1',
  prefix2: 'gcppos2',
  pair: 'csumalpha',
  hour: 'hh',
  hhmm: 'hhmi',
  percent: 'pcenc',
  piece: 'pieceoftotal',
  sequence: 'posinseqslash',
  coupon: 'couponcode',
  offer: 'couponposoffer',
  country: 'iso3166',
  country999: 'iso3166999',
  country2: 'iso3166alpha2',
  currency: 'iso4217',
  media: 'mediatype',
  package: 'packagetype',
  sex: 'iso5218',
  importer: 'importeridx',
  nozeros: 'nozeroprefix',
  letter: 'hasnondigit',
};
/** Minutes and seconds are one check of ours. */
const SAME: Record<string, string> = { mi: 'sixty', ss: 'sixty' };

function ours(entry: ApplicationIdentifier): Facts {
  return {
    parts: entry.components.map((part) =>
      [
        part.set,
        part.min,
        part.max,
        part.optional,
        ...part.checkNames.map((name) => LINTERS[name] ?? name).sort(),
      ].join(' '),
    ),
    needs: entry.needs.map((group) => group.map((all) => [...all])),
    bars: [...entry.bars],
    path:
      entry.path === null ? null : entry.path.filter((chain) => chain.length > 0).map((chain) => [...chain]),
    linkAttribute: entry.linkAttribute,
  };
}

/** `[ [ (01) ] [ (02) ] ]` in PostScript is a list of lists. */
function postScriptList(text: string): unknown {
  return JSON.parse(
    text
      .replace(/\(([^)]*)\)/g, '"$1"')
      .replace(/(["\]])\s+(?=["[])/g, '$1,')
      .trim(),
  );
}

/** The table in the source of BWIPP, which its authors take from the GS1 Syntax Dictionary. */
function theirs(): Map<string, Facts> {
  const main = createRequire(import.meta.url).resolve('bwip-js');
  const source = readFileSync(join(dirname(main), '..', 'barcode.ps'), 'latin1');
  const table = source.slice(
    source.indexOf('/gs1syntax <<') + '/gs1syntax <<'.length,
    source.indexOf('/aifixed <<'),
  );
  const facts = new Map<string, Facts>();
  for (const block of table.split(/^\s*<<\s*$/m).slice(1)) {
    const list = (name: string) => {
      const line = new RegExp(`/${name}\\s+(\\[.*\\])\\s*$`, 'm').exec(block);
      return line ? postScriptList(line[1]!) : null;
    };
    const entry: Facts = {
      parts: [
        ...block.matchAll(/<< \/cset \/(\w) +\/min +(\d+) +\/max +(\d+) +\/opt (\w+) +\/linters \[(.*?)\]/g),
      ].map(([, set, min, max, optional, linters]) =>
        [set, min, max, optional, ...linterNames(linters!)].join(' '),
      ),
      needs: (list('req') as string[][][] | null) ?? [],
      bars: (list('ex') as string[] | null) ?? [],
      path: list('dlpkey') as string[][] | null,
      linkAttribute: !/\/dlattr false/.test(block),
    };
    for (const [, ai] of block.matchAll(/^\s*\((\d{2,4})\) exch dup/gm)) facts.set(ai!, entry);
  }
  return facts;
}

function linterNames(text: string): string[] {
  return [...text.matchAll(/\/lint(\w+)/g)].map(([, name]) => SAME[name!] ?? name!).sort();
}

describe('the identifier table', () => {
  const dictionary = theirs();

  it('has the identifiers of the GS1 Syntax Dictionary, no more and no less', () => {
    const known = applicationIdentifiers().map(({ ai }) => ai);
    expect(new Set(known).size).toBe(known.length);
    expect(known.sort()).toEqual([...dictionary.keys()].sort());
  });

  it('agrees with it about every format, check, association and Digital Link rule', () => {
    const table = applicationIdentifiers().map((entry) => [entry.ai, ours(entry)] as const);
    expect(new Map(table)).toEqual(dictionary);
  });

  it('gives identifiers with the same first two digits the same length', () => {
    const lengths = new Map<string, number>();
    for (const { ai } of applicationIdentifiers()) {
      const start = ai.slice(0, 2);
      expect(lengths.get(start) ?? ai.length).toBe(ai.length);
      lengths.set(start, ai.length);
    }
  });

  it('gives identifiers of predefined length one length only', () => {
    for (const entry of applicationIdentifiers()) {
      if (entry.predefined) expect(entry.minLength).toBe(entry.maxLength);
    }
  });
});
