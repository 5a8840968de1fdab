import { CHANNEL_REMEDIES, CHANNEL_STUCK, LINE_FAILED, LINE_REMEDIES } from '../waves/line-remedies.js';

/** What an exception is called and what may be done about it; the first remedy is the usual one. */
export interface ExceptionKind {
  title: string;
  /** Words of what a person says was done. None: it ends by itself when the floor puts it right. */
  remedies: readonly string[];
}

/** Every code that a module opens. A code that is not here can still be acknowledged. */
const CATALOGUE: Readonly<Record<string, ExceptionKind>> = {
  'no-read': { title: 'Label not read', remedies: ['put back on the belt', 'relabelled'] },
  unknown: { title: 'Unknown parcel', remedies: ['set aside', 'put back on the belt'] },
  conflict: { title: 'Two parcels at once', remedies: ['separated and put back', 'set aside'] },
  unexpected: {
    title: 'Parcel where it should not be',
    remedies: ['taken to the bench', 'put back on the belt'],
  },
  'exception-lane': {
    title: 'Parcel in the exception lane',
    remedies: ['put back on the belt', 'carried to staging'],
  },
  'recirculation-limit': {
    title: 'Lanes full in all laps',
    remedies: ['put back on the belt', 'carried to staging'],
  },
  'in-line-check': {
    title: 'Weight or size does not fit',
    remedies: ['looked at and put back', 'taken to the bench'],
  },
  misrouted: { title: 'Parcel in the wrong lane', remedies: ['carried to its lane', 'put back on the belt'] },
  missing: { title: 'Parcel lost from sight', remedies: ['found', 'searched for'] },
  'no-route': { title: 'No lane for a carrier service', remedies: ['lane assigned', 'carried to staging'] },
  'lane-jam': { title: 'Lane jammed', remedies: ['cleared'] },
  'weight-mismatch': { title: 'Weight does not fit', remedies: ['checked by hand'] },
  'print-failed': { title: 'Label not printed', remedies: ['printer put right'] },
  'print-unknown': { title: 'Was the label printed?', remedies: ['label looked for'] },
  'label-ahead': { title: 'Label came before its parcel', remedies: [] },
  'void-paper': { title: 'Label that must not be used', remedies: ['torn up', 'nothing found'] },
  'label-refused': { title: 'Carrier gave no label', remedies: ['sent to shipping'] },
  [LINE_FAILED]: { title: 'No wave could take it', remedies: LINE_REMEDIES },
  [CHANNEL_STUCK]: { title: 'Waves of a channel fail', remedies: CHANNEL_REMEDIES },
  'cancelled-parcel': { title: 'Parcel of a cancelled order', remedies: [] },
};

const ANY: ExceptionKind = { title: '', remedies: ['acknowledged'] };

export function exceptionKind(code: string): ExceptionKind {
  return CATALOGUE[code] ?? { ...ANY, title: inWords(code) };
}

function inWords(code: string): string {
  const words = code.replace(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
