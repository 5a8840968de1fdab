import {
  delimited,
  type FixedReaderConfig,
  fixedReaderCodec,
  lineEnds,
  type ReaderWord,
} from '#lib/device-kit';

/**
 * DataMan readers: DMCC commands and answers, and one record a trigger by the reader's data formatting: `R`, the trigger's number, and
 * each code behind a TAB. TAB is in no code, so that nothing needs escaping. Sources in README.md.
 */
export const codec = fixedReaderCodec<FixedReaderConfig>({
  framer: delimited({ ends: lineEnds('crlf'), maxBytes: 4_096 }),
  // Extended responses first, so that an answer can be told from a record: `||<checksum>:<id>[<status>]<value>`.
  identify: '||>SET COM.DMCC-RESPONSE 1\r\n||0:1>GET DEVICE.TYPE\r\n',
  trigger: '||0:2>TRIGGER ON\r\n',
  read: (_config, line) =>
    recordOf(line) ?? answerOf(line) ?? { is: 'nonsense', what: 'no record, no answer' },
});

function recordOf(line: string): ReaderWord | null {
  const [head = '', ...codes] = line.split('\t');
  const trigger = /^R(\d{1,9})$/.exec(head)?.[1];
  return trigger === undefined ? null : { is: 'record', trigger: Number(trigger), codes };
}

/** Status of an answer (DataMan Command Reference, "DMCC response status"). */
const STATUS: Record<number, string> = {
  100: 'unidentified error',
  101: 'there is no such command',
  102: 'a wrong parameter',
  103: 'wrong checksum',
  104: 'not possible in its present state',
  105: 'the reader is not online',
};

const IDENTITY = '1';

function answerOf(line: string): ReaderWord | null {
  const match = /^\|\|[01]?:?(\d{0,6})\[(\d{1,3})\]([\x20-\x7e]{0,80})$/.exec(line);
  if (!match) return null;
  const [, id, status, value = ''] = match;
  const number = Number(status);
  if (number !== 0) return { is: 'refused', reason: STATUS[number] ?? `refused with status ${number}` };
  return id === IDENTITY ? { is: 'identity', values: { type: value } } : { is: 'done' };
}
