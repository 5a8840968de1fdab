import { solveAssignment } from '../assignment/solve-assignment.js';

/** Someone free, or about to be, to walk a run. */
export interface FreePerson {
  personId: string;
  skills: string[];
  /** Zone in which the person stands. */
  zone: string;
  /** Work already given to the person today. */
  workedMs: number;
}

export interface WaitingRun {
  runId: string;
  /** Skills without which nobody may walk it. */
  skills: string[];
  zone: string;
  /** Higher first. */
  priority: number;
}

export interface RunAssignment {
  assigned: { runId: string; personId: string; reasons: RunAssignmentReason[] }[];
  waiting: {
    runId: string;
    reason: { code: 'nobody-skilled'; skills: string[] } | { code: 'nobody-free' };
  }[];
}

export type RunAssignmentReason =
  | { code: 'same-zone'; zone: string }
  | { code: 'changes-zone'; from: string; to: string }
  | { code: 'worked-so-far'; workedMs: number };

export interface RunAssignmentWeights {
  /** Cost of sending a person to another zone, in milliseconds of work. Default five minutes. */
  zoneChangeMs: number;
  /** How much of the difference in work given so far counts. Default 0.2. */
  fairness: number;
}

const DEFAULT_WEIGHTS: RunAssignmentWeights = { zoneChangeMs: 300_000, fairness: 0.2 };

/**
 * One run per person: as many runs as possible, important ones first, then few zone changes and an even load. Optimal
 * for these weights.
 */
export function assignRuns(
  runs: WaitingRun[],
  people: FreePerson[],
  weights: Partial<RunAssignmentWeights> = {},
): RunAssignment {
  const used = { ...DEFAULT_WEIGHTS, ...weights };
  const result: RunAssignment = { assigned: [], waiting: [] };
  const mayWalk = (run: WaitingRun, person: FreePerson) =>
    run.skills.every((skill) => person.skills.includes(skill));
  const able = runs.filter((run) => people.some((person) => mayWalk(run, person)));
  const mostMs = people.reduce((most, person) => Math.max(most, person.workedMs), 0);
  // Leaving a run out costs more than all detours together. Which runs can go together is a matroid, so that any penalty
  // that grows with the priority keeps the important ones in.
  const step = (used.zoneChangeMs + used.fairness * mostMs + 1) * (able.length + 1);
  const ranks = [...new Set(able.map((run) => run.priority))].sort((one, two) => one - two);
  const penaltyOf = (run: WaitingRun) => step * (1 + ranks.indexOf(run.priority));
  const forbidden = able.reduce((sum, run) => sum + penaltyOf(run), step);
  const costs = able.map((run) => [
    ...people.map((person) => {
      if (!mayWalk(run, person)) return forbidden;
      return (person.zone === run.zone ? 0 : used.zoneChangeMs) + used.fairness * person.workedMs;
    }),
    ...able.map(() => penaltyOf(run)),
  ]);
  const { columnOfRow } = solveAssignment(costs);
  able.forEach((run, row) => {
    const person = people[columnOfRow[row]!];
    if (!person || !mayWalk(run, person)) {
      result.waiting.push({ runId: run.runId, reason: { code: 'nobody-free' } });
      return;
    }
    const zoneReason: RunAssignmentReason =
      person.zone === run.zone
        ? { code: 'same-zone', zone: run.zone }
        : { code: 'changes-zone', from: person.zone, to: run.zone };
    const reasons: RunAssignmentReason[] = [zoneReason, { code: 'worked-so-far', workedMs: person.workedMs }];
    result.assigned.push({ runId: run.runId, personId: person.personId, reasons });
  });
  for (const run of runs) {
    if (able.includes(run)) continue;
    result.waiting.push({ runId: run.runId, reason: { code: 'nobody-skilled', skills: run.skills } });
  }
  return result;
}
