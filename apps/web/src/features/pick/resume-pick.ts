import type { RunView } from '#lib/contracts';
import { type PickState, refreshPick, startPick } from '#lib/floor';

const TASK_OF_PATH = /^\/picking\/tasks\/([^/]+)\/confirm$/;

/** The tasks whose confirmation still waits on this device: for the person they are done, for the core not yet. */
export function tasksOnTheirWay(waiting: readonly { path: string }[]): ReadonlySet<string> {
  return new Set(waiting.flatMap(({ path }) => TASK_OF_PATH.exec(path)?.[1] ?? []));
}

/**
 * Where the person goes on after the page was started again: the work kept on this device, without the tasks whose
 * confirmation is on its way.
 */
export function resumePick(kept: PickState, onTheirWay: ReadonlySet<string>): PickState {
  return refreshPick(kept, withDone(kept.run, onTheirWay));
}

/** Takes the core's view of the run: another run, the same one further on, or none. */
export function takeRun(
  now: PickState | null,
  run: RunView | null,
  onTheirWay: ReadonlySet<string>,
): PickState | null {
  if (!run) return null;
  const seen = withDone(run, onTheirWay);
  return now?.run.id === run.id ? refreshPick(now, seen) : startPick(seen);
}

function withDone(run: RunView, onTheirWay: ReadonlySet<string>): RunView {
  if (onTheirWay.size === 0) return run;
  return {
    ...run,
    tasks: run.tasks.map((task) => (onTheirWay.has(task.id) ? { ...task, state: 'picked' } : task)),
  };
}

/** A kept state as JSON text, or null where it cannot be one of ours. */
export function readKept(text: string | null): PickState | null {
  if (!text) return null;
  try {
    const kept = JSON.parse(text) as Partial<PickState> | null;
    const isPick =
      Array.isArray(kept?.run?.tasks) && Array.isArray(kept?.run?.slots) && Array.isArray(kept?.itemScans);
    return isPick ? (kept as PickState) : null;
  } catch {
    return null;
  }
}
