import { waveStates } from '#lib/contracts';
import { text } from '../../lib/i18n.js';

export type ActName = 'release' | 'dry-run' | 'lock' | 'unlock' | 'resume' | 'undo' | 'cancel';

export interface WaveAct {
  name: ActName;
  label: string;
  /** What is said once it is done; nothing where something opens instead. */
  done?: string;
  /** The key that does it while the wave has the focus; none where a slip of the finger would cost something. */
  key?: string;
  /** The one that is usually wanted next. */
  primary?: boolean;
}

const PLAN: WaveAct = {
  name: 'resume',
  label: text('Plan'),
  done: text('Wave {{number}} is being planned.'),
  key: 'p',
  primary: true,
};
const RELEASE: WaveAct = {
  name: 'release',
  label: text('Release'),
  done: text('Wave {{number}} is released.'),
  key: 'r',
  primary: true,
};
const DRY_RUN: WaveAct = { name: 'dry-run', label: text('Dry run'), key: 'd' };
const LOCK: WaveAct = {
  name: 'lock',
  label: text('Lock'),
  done: text('Wave {{number}} is locked.'),
  key: 'l',
};
const UNLOCK: WaveAct = {
  name: 'unlock',
  label: text('Unlock'),
  done: text('Wave {{number}} is unlocked.'),
  key: 'l',
  primary: true,
};
const RESUME: WaveAct = {
  name: 'resume',
  label: text('Try again'),
  done: text('Wave {{number}} is being planned.'),
  key: 't',
  primary: true,
};
const UNDO: WaveAct = { name: 'undo', label: text('Undo'), key: 'u' };
const CANCEL: WaveAct = {
  name: 'cancel',
  label: text('Cancel the wave'),
  done: text('Wave {{number}} is cancelled, its orders wait again.'),
};

/** What may be done with a wave in this state: what the state table does not allow is not offered. */
export function actsOf(state: string): WaveAct[] {
  const next = (waveStates as Record<string, readonly string[]>)[state] ?? [];
  const acts: WaveAct[] = [];
  if (state === 'draft') acts.push(PLAN);
  if (next.includes('released')) acts.push(RELEASE);
  if (state === 'locked') acts.push(UNLOCK);
  if (mayMerge(state)) acts.push(DRY_RUN);
  if (next.includes('locked')) acts.push(LOCK);
  if (state === 'failed') acts.push(RESUME);
  if (next.includes('undoing')) acts.push(UNDO);
  if (next.includes('cancelled') && state !== 'undoing') acts.push(CANCEL);
  return acts;
}

/** Waves that are planned and not yet on the floor may become one. */
export function mayMerge(state: string): boolean {
  return state === 'planned' || state === 'locked';
}
