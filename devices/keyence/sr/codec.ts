import {
  delimited,
  type FixedReaderConfig,
  fixedReaderCodec,
  lineEnds,
  type ReaderWord,
  unescapeText,
} from '#lib/device-kit';

export interface KeyenceConfig extends FixedReaderConfig {
  separator: string;
  noReadText: string;
}

/**
 * SR readers: LON starts reading and LOFF ends it, CR behind every line; the codes of one reading stand in one line, `ERROR` is a
 * no-read. The reader sends no trigger number. Sources in README.md.
 */
export const codec = fixedReaderCodec<KeyenceConfig>({
  framer: delimited({ ends: lineEnds('cr'), maxBytes: 4_096 }),
  identify: 'KEYENCE\r',
  trigger: 'LON\r',
  release: 'LOFF\r',
  read: (config, line) =>
    answerOf(line) ?? {
      is: 'record',
      codes: line === config.noReadText ? [] : line.split(unescapeText(config.separator)),
    },
});

/** `OK,KEYENCE,<model>,<version>`, `OK,<command>`, and `ER,<command>,<number>`. */
function answerOf(line: string): ReaderWord | null {
  const identity = /^OK,KEYENCE,([\x20-\x7e]{1,40}?)(?:,([\x20-\x7e]{1,40}))?$/.exec(line);
  if (identity) return { is: 'identity', values: { model: identity[1]!, version: identity[2] ?? '' } };
  if (/^OK,(?:LON|LOFF)$/.test(line)) return { is: 'done' };
  const refused = /^ER,([A-Z0-9]{1,16}),(\d{1,3})$/.exec(line);
  return refused ? { is: 'refused', reason: `${refused[1]} was refused with error ${refused[2]}` } : null;
}
