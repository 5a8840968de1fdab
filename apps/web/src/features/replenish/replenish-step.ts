import { type Command, identifyScan } from '#lib/barcodes';
import type { ConfirmReplenishment, ReplenishmentTask } from '#lib/contracts';
import { checkLocationScan, nameOfScan, readItemScan, type WrongScan } from '#lib/floor';

/** How far a person has come with bringing goods to a pick face. */
export interface ReplenishState {
  /** Most urgent first. */
  tasks: readonly ReplenishmentTask[];
  fromScan: string;
  itemScan: string;
  /** What the person counted where it is not all; null: all of it. */
  counted: number | null;
}

export type ReplenishNeed = { need: 'nothing' } | { need: 'from' | 'item' | 'to'; task: ReplenishmentTask };

export type ReplenishStep =
  | { kind: 'good'; state: ReplenishState }
  | { kind: 'already' }
  | { kind: 'wrong'; wrong: WrongScan }
  | {
      kind: 'confirm';
      task: ReplenishmentTask;
      confirmation: Omit<ConfirmReplenishment, 'eventId'>;
      state: ReplenishState;
    }
  | { kind: 'command'; command: Command };

export const noReplenishments: ReplenishState = { tasks: [], fromScan: '', itemScan: '', counted: null };

/** The core's newer list: what is in hand stays in hand as long as it is open and nobody else's. */
export function takeReplenishments(
  state: ReplenishState,
  tasks: readonly ReplenishmentTask[],
): ReplenishState {
  const open = tasks.filter((task) => task.mine || (task.state === 'ready' && task.person === null));
  const inHand = state.tasks[0];
  const found = open.find(({ id }) => id === inHand?.id);
  if (found && state.fromScan !== '') {
    return { ...state, tasks: [found, ...open.filter(({ id }) => id !== found.id)] };
  }
  return { ...noReplenishments, tasks: open.toSorted((one, two) => Number(two.mine) - Number(one.mine)) };
}

export function replenishNeed({ tasks, fromScan, itemScan }: ReplenishState): ReplenishNeed {
  const task = tasks[0];
  if (!task) return { need: 'nothing' };
  if (fromScan === '') return { need: 'from', task };
  return { need: itemScan === '' ? 'item' : 'to', task };
}

/** How many are brought: all that is asked for, or what the person counted. */
export function quantityOf(state: ReplenishState, task: ReplenishmentTask): number {
  return state.counted ?? task.quantity - task.doneQuantity;
}

/** What this scan means now. */
export function replenishStep(state: ReplenishState, raw: string): ReplenishStep {
  const scan = identifyScan(raw);
  if (scan.kind === 'command') return { kind: 'command', command: scan.value };
  const need = replenishNeed(state);
  if (need.need === 'nothing') {
    return { kind: 'wrong', wrong: { code: 'not-now', needed: '', got: nameOfScan(scan) } };
  }
  const { task } = need;
  if (need.need !== 'from' && checkLocationScan(task.from, raw) === null) return { kind: 'already' };
  if (need.need === 'from') {
    const wrong = checkLocationScan(task.from, raw);
    return wrong ? { kind: 'wrong', wrong } : { kind: 'good', state: { ...state, fromScan: raw } };
  }
  if (need.need === 'item') {
    const read = readItemScan(task, task.lot, raw);
    return read.ok
      ? { kind: 'good', state: { ...state, itemScan: raw } }
      : { kind: 'wrong', wrong: read.wrong };
  }
  const wrong = checkLocationScan(task.to, raw);
  return wrong ? { kind: 'wrong', wrong } : confirmed(state, task, raw);
}

/**
 * The person says how many there are; fewer than asked for is short. None at all ends the task at once, at the place that was
 * scanned; any other number is brought to the face.
 */
export function declareCount(state: ReplenishState, quantity: number): ReplenishStep {
  const task = state.tasks[0];
  const asked = task ? task.quantity - task.doneQuantity : 0;
  if (!task || quantity > asked) {
    return { kind: 'wrong', wrong: { code: 'too-many', needed: String(asked), got: String(quantity) } };
  }
  if (quantity > 0) return { kind: 'good', state: { ...state, counted: quantity } };
  if (state.fromScan === '') {
    return { kind: 'wrong', wrong: { code: 'wrong-location', needed: task.from, got: '0' } };
  }
  return confirmed({ ...state, itemScan: '', counted: 0 }, task, '');
}

function confirmed(state: ReplenishState, task: ReplenishmentTask, toScan: string): ReplenishStep {
  const quantity = quantityOf(state, task);
  const isShort = quantity < task.quantity - task.doneQuantity;
  return {
    kind: 'confirm',
    task,
    confirmation: {
      fromScan: state.fromScan,
      itemScan: state.itemScan,
      quantity,
      toScan,
      ...(isShort ? { short: { reason: quantity === 0 ? 'empty' : 'fewer' } } : {}),
    },
    state: { ...noReplenishments, tasks: state.tasks.slice(1) },
  };
}
