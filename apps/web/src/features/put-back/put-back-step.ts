import { type Command, identifyScan } from '#lib/barcodes';
import type { ConfirmPutBackTask, PutBackTask } from '#lib/contracts';
import { checkItemScans, checkLocationScan, nameOfScan, sameBarcode, type WrongScan } from '#lib/floor';

/** How far a person has come with putting goods back. */
export interface PutBackState {
  /** Goods that wait, those nearest at hand first. */
  tasks: readonly PutBackTask[];
  /** The task in hand; null until its tote or parcel is scanned. */
  task: PutBackTask | null;
  sourceScan: string;
  itemScans: readonly string[];
  units: number;
}

export type PutBackNeed =
  | { need: 'nothing' }
  | { need: 'source'; task: PutBackTask }
  | { need: 'item'; task: PutBackTask; remaining: number }
  | { need: 'location'; task: PutBackTask };

export type PutBackStep =
  /** The task whose source was scanned is in hand from now on: the core is told, so that nobody else takes it. */
  | { kind: 'taken'; state: PutBackState; task: PutBackTask }
  | { kind: 'good'; state: PutBackState }
  | { kind: 'already' }
  | { kind: 'wrong'; wrong: WrongScan }
  | {
      kind: 'confirm';
      task: PutBackTask;
      confirmation: Omit<ConfirmPutBackTask, 'eventId'>;
      state: PutBackState;
    }
  | { kind: 'command'; command: Command };

export const noPutBacks: PutBackState = { tasks: [], task: null, sourceScan: '', itemScans: [], units: 0 };

/** The core's newer list: the task in hand stays in hand as long as it is open and nobody else's. */
export function takePutBacks(state: PutBackState, tasks: readonly PutBackTask[]): PutBackState {
  const open = tasks.filter((task) => task.mine || (task.state === 'ready' && task.person === null));
  const inHand = open.find(({ id }) => id === state.task?.id);
  if (inHand) return { ...state, tasks: open, task: inHand };
  return { ...noPutBacks, tasks: open.toSorted((one, two) => Number(two.mine) - Number(one.mine)) };
}

export function putBackNeed(state: PutBackState): PutBackNeed {
  const { task } = state;
  if (!task) {
    const first = state.tasks[0];
    return first ? { need: 'source', task: first } : { need: 'nothing' };
  }
  const remaining = task.quantity - state.units;
  return remaining > 0 ? { need: 'item', task, remaining } : { need: 'location', task };
}

/** What this scan means now. */
export function putBackStep(state: PutBackState, raw: string): PutBackStep {
  const scan = identifyScan(raw);
  if (scan.kind === 'command') return { kind: 'command', command: scan.value };
  const need = putBackNeed(state);
  switch (need.need) {
    case 'nothing':
      return { kind: 'wrong', wrong: { code: 'not-now', needed: '', got: nameOfScan(scan) } };
    case 'source': {
      const task = state.tasks.find((each) => isSource(each, raw));
      if (!task) return { kind: 'wrong', wrong: wrongSource(need.task, raw) };
      return { kind: 'taken', task, state: { ...state, task, sourceScan: raw, itemScans: [], units: 0 } };
    }
    case 'item':
      if (state.units === 0 && isSource(need.task, raw)) return { kind: 'already' };
      return itemScanned(state, need.task, raw);
    case 'location': {
      const wrong = checkLocationScan(need.task.location, raw);
      if (wrong) return { kind: 'wrong', wrong };
      const { sourceScan, itemScans } = state;
      const tasks = state.tasks.filter(({ id }) => id !== need.task.id);
      return {
        kind: 'confirm',
        task: need.task,
        confirmation: { containerScan: sourceScan, itemScans: [...itemScans], locationScan: raw },
        state: inSameSource({ ...noPutBacks, tasks }, need.task, sourceScan),
      };
    }
  }
}

/** Whoever still has the tote in hand is not asked to scan it again for its next goods. */
function inSameSource(state: PutBackState, done: PutBackTask, sourceScan: string): PutBackState {
  const next = state.tasks.find(({ lpn }) => lpn === done.lpn);
  return next ? { ...state, task: next, sourceScan } : state;
}

function itemScanned(state: PutBackState, task: PutBackTask, raw: string): PutBackStep {
  const itemScans = [...state.itemScans, raw];
  const counted = checkItemScans(task, task, itemScans);
  if (!counted.ok) return { kind: 'wrong', wrong: counted.wrong };
  return { kind: 'good', state: { ...state, itemScans, units: counted.units } };
}

function isSource(task: PutBackTask, raw: string): boolean {
  const { value, data } = identifyScan(raw);
  return [task.lpn, ...task.sourceCodes].some((code) => sameBarcode(code, value) || sameBarcode(code, data));
}

function wrongSource(task: PutBackTask, raw: string): WrongScan {
  return { code: 'wrong-tote', needed: task.lpn, got: nameOfScan(identifyScan(raw)) };
}
