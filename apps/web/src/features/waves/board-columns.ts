import type { WaveView } from '#lib/contracts';
import { text } from '../../lib/i18n.js';
import type { Places } from '../../ui/tower/hold-places.js';

export interface Column {
  key: string;
  title: string;
  states: readonly string[];
  /** What to do when it is empty. */
  empty: string;
  /** Keeps its width when it is empty: people look for something here. */
  isMain?: boolean;
}

export const COLUMNS: readonly Column[] = [
  { key: 'draft', title: text('Draft'), states: ['draft'], empty: text('No draft.') },
  {
    key: 'planning',
    title: text('Planning'),
    states: ['planning'],
    empty: text('Nothing is being planned. Choose "Plan a wave".'),
  },
  {
    key: 'planned',
    title: text('Planned'),
    states: ['planned'],
    isMain: true,
    empty: text('Nothing waits for a release. Plan a wave, or let a channel release by itself.'),
  },
  { key: 'locked', title: text('Locked'), states: ['locked'], empty: text('No wave is locked.') },
  {
    key: 'released',
    title: text('Released'),
    states: ['released'],
    empty: text('No released wave waits for its first picker.'),
  },
  {
    key: 'in-progress',
    title: text('In progress'),
    states: ['in-progress'],
    isMain: true,
    empty: text('Nobody picks for a wave. Release one.'),
  },
  {
    key: 'completed',
    title: text('Completed'),
    states: ['completed'],
    empty: text('No wave is completed yet.'),
  },
  {
    key: 'failed',
    title: text('Undone and failed'),
    states: ['failed', 'undoing', 'cancelled'],
    empty: text('No wave failed or was undone.'),
  },
];

const ENDED = new Set(['completed', 'failed']);
/** Of waves that are over only the latest are on the board. */
const ENDED_SHOWN = 12;

/** Who is urgent first: by cut-off, then by number; what is over by number, newest first. */
export function placesOf(waves: readonly WaveView[]): Places {
  return Object.fromEntries(
    COLUMNS.map(({ key, states }) => {
      const here = waves.filter(({ state }) => states.includes(state));
      const sorted = ENDED.has(key)
        ? here.toSorted((one, two) => two.number - one.number).slice(0, ENDED_SHOWN)
        : here.toSorted((one, two) => cutOffMs(one) - cutOffMs(two) || one.number - two.number);
      return [key, sorted.map(({ id }) => id)];
    }),
  );
}

function cutOffMs(wave: WaveView): number {
  return wave.cutOffAt ? Date.parse(wave.cutOffAt) : Number.MAX_SAFE_INTEGER;
}
