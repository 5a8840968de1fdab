import { type Command, identifyScan } from '#lib/barcodes';
import type { ConfirmPick, PickTaskView, RunView, ShortReason } from '#lib/contracts';
import {
  checkContainerScan,
  checkItemScans,
  checkLocationScan,
  checkStationScan,
  type WrongScan,
} from './scan-checks.js';

/** How far a picker has come with a run. Plain data: it can be stored and gone on with after a restart. */
export interface PickState {
  run: RunView;
  /** The task in hand; null when all are done and the totes go to the station. */
  taskId: string | null;
  /** The scan that proved that the person stands at the location. */
  locationScan: string | null;
  itemScans: readonly string[];
  units: number;
  /** The person has said that the rest is not there. */
  short: ShortReason | null;
}

/** The one thing that the person must do next. */
export type PickNeed =
  | { need: 'location'; code: string }
  | { need: 'item'; sku: string; remaining: number }
  | { need: 'tote'; slot: number; lpn: string | null }
  | { need: 'station'; code: string | null };

/** A confirmation without what the sender adds: when it was done and the id made once. */
export type PickConfirmation = Omit<ConfirmPick, 'eventId' | 'at'>;

export type PickStep =
  | { kind: 'good'; state: PickState }
  /** Scanned again what was right already: nothing changes, nobody did anything wrong. */
  | { kind: 'already'; state: PickState }
  | { kind: 'wrong'; wrong: WrongScan; state: PickState }
  /** The task is complete: send this; `state` goes on with the next task without waiting for the answer. */
  | { kind: 'confirm'; taskId: string; confirmation: PickConfirmation; state: PickState }
  | { kind: 'drop'; runId: string; stationScan: string; state: PickState }
  /** A command barcode: presses the button of that name. */
  | { kind: 'command'; command: Command; state: PickState };

const OPEN: ReadonlySet<string> = new Set(['ready', 'assigned', 'in-progress']);

/** Begins a run, or goes on with one, at its first open task. */
export function startPick(run: RunView): PickState {
  return atNextTask({ run, taskId: null, locationScan: null, itemScans: [], units: 0, short: null });
}

/** Takes the core's newer view of the run, keeping the work in hand where its task is still open. */
export function refreshPick(state: PickState, run: RunView): PickState {
  const task = run.tasks.find(({ id }) => id === state.taskId);
  if (task && OPEN.has(task.state)) return { ...state, run };
  return { ...startPick(run), locationScan: null };
}

export function currentTask(state: PickState): PickTaskView | null {
  return state.run.tasks.find(({ id }) => id === state.taskId) ?? null;
}

export function pickNeed(state: PickState): PickNeed {
  const task = currentTask(state);
  if (!task) return { need: 'station', code: state.run.dropStation?.code ?? null };
  if (state.locationScan === null) return { need: 'location', code: task.location.code };
  if (state.units < task.quantity && state.short === null) {
    return { need: 'item', sku: task.item.sku, remaining: task.quantity - state.units };
  }
  return { need: 'tote', slot: task.slot, lpn: toteOf(state, task) };
}

/** What this scan means now. */
export function pickStep(state: PickState, raw: string): PickStep {
  const scan = identifyScan(raw);
  if (scan.kind === 'command') return { kind: 'command', command: scan.value, state };
  const task = currentTask(state);
  if (!task) return atStation(state, raw);
  if (state.locationScan !== null && checkLocationScan(task.location.code, raw) === null) {
    return { kind: 'already', state };
  }
  switch (pickNeed(state).need) {
    case 'location': {
      const wrong = checkLocationScan(task.location.code, raw);
      if (wrong) return { kind: 'wrong', wrong, state };
      return { kind: 'good', state: { ...state, locationScan: raw } };
    }
    case 'item':
      return itemScanned(state, task, raw);
    default:
      return toteScanned(state, task, raw);
  }
}

/**
 * The person says that the rest is not there. With nothing in hand that ends the task at once (the location must have been
 * scanned, unless nobody can reach it); with units in hand the tote is asked for first.
 */
export function declareShort(state: PickState, reason: ShortReason): PickStep {
  const task = currentTask(state);
  if (!task) return { kind: 'wrong', wrong: { code: 'not-now', needed: 'S-', got: '!short' }, state };
  if (state.locationScan === null && reason !== 'blocked') {
    const wrong: WrongScan = { code: 'wrong-location', needed: task.location.code, got: '!short' };
    return { kind: 'wrong', wrong, state };
  }
  const declared = { ...state, short: reason };
  return state.units === 0 ? confirmed(declared, task, '') : { kind: 'good', state: declared };
}

function itemScanned(state: PickState, task: PickTaskView, raw: string): PickStep {
  const itemScans = [...state.itemScans, raw];
  const count = checkItemScans(task.item, task, itemScans);
  if (!count.ok) return { kind: 'wrong', wrong: count.wrong, state };
  return { kind: 'good', state: { ...state, itemScans, units: count.units } };
}

function toteScanned(state: PickState, task: PickTaskView, raw: string): PickStep {
  const lpn = toteOf(state, task);
  const wrong = checkContainerScan(lpn, raw);
  if (wrong) {
    const more = state.short === null && checkItemScans(task.item, task, [raw]).ok;
    const needed = String(task.quantity);
    const tooMany: WrongScan = { code: 'too-many', needed, got: String(state.units + 1) };
    return { kind: 'wrong', wrong: more ? tooMany : wrong, state };
  }
  const scanned = identifyScan(raw).value;
  const lots = state.run.tasks.find(
    (other) => other.lpn === scanned && other.item.id === task.item.id && other.lot !== task.lot,
  );
  if (state.run.method === 'batch' && lots) {
    // Nobody who sorts the tote could tell them apart.
    const otherLot: WrongScan = { code: 'tote-in-use', needed: 'another tote', got: `lot ${lots.lot}` };
    return { kind: 'wrong', wrong: otherLot, state };
  }
  const elsewhere = state.run.slots.find((slot) => slot.lpn === scanned && slot.slot !== task.slot);
  if (elsewhere) {
    const inUse: WrongScan = {
      code: 'tote-in-use',
      needed: `slot ${task.slot}`,
      got: `slot ${elsewhere.slot}`,
    };
    return { kind: 'wrong', wrong: inUse, state };
  }
  return confirmed(state, task, raw);
}

function confirmed(state: PickState, task: PickTaskView, containerScan: string): PickStep {
  const confirmation: PickConfirmation = {
    locationScan: state.locationScan ?? '',
    itemScans: [...state.itemScans],
    containerScan,
    ...(state.short ? { short: { reason: state.short } } : {}),
  };
  const lpn = containerScan === '' ? null : identifyScan(containerScan).value;
  const done = state.short ? 'short' : 'picked';
  const run: RunView = {
    ...state.run,
    slots: state.run.slots.map((slot) => (slot.slot === task.slot && lpn ? { ...slot, lpn } : slot)),
    tasks: state.run.tasks.map((each) =>
      each.id === task.id ? { ...each, state: done, doneQuantity: state.units, lpn: lpn ?? each.lpn } : each,
    ),
  };
  const next = atNextTask({ ...state, run, taskId: null, itemScans: [], units: 0, short: null });
  const stays = currentTask(next)?.location.code === task.location.code;
  return {
    kind: 'confirm',
    taskId: task.id,
    confirmation,
    state: { ...next, locationScan: stays ? state.locationScan : null },
  };
}

function atStation(state: PickState, raw: string): PickStep {
  const wrong = checkStationScan(state.run.dropStation?.code ?? null, raw);
  if (wrong) return { kind: 'wrong', wrong, state };
  return { kind: 'drop', runId: state.run.id, stationScan: raw, state };
}

function atNextTask(state: PickState): PickState {
  const open = state.run.tasks.filter((task) => OPEN.has(task.state));
  const next = open.reduce<PickTaskView | null>(
    (first, task) => (first === null || task.sequence < first.sequence ? task : first),
    null,
  );
  return { ...state, taskId: next?.id ?? null };
}

function toteOf(state: PickState, task: PickTaskView): string | null {
  return state.run.slots.find((slot) => slot.slot === task.slot)?.lpn ?? task.lpn;
}
