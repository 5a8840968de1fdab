import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignRuns, type FreePerson, type WaitingRun } from './assign-runs.js';

const zones = fc.constantFrom('A', 'B');
const skills = fc.subarray(['fork', 'cold']);
const runs = fc
  .array(fc.record({ skills, zone: zones, priority: fc.nat(3) }), { maxLength: 7 })
  .map((rows) => rows.map((row, at): WaitingRun => ({ ...row, runId: `r${at}` })));
const people = fc
  .array(fc.record({ skills, zone: zones, workedMs: fc.nat(8).map((hours) => hours * 3_600_000) }), {
    maxLength: 5,
  })
  .map((rows) => rows.map((row, at): FreePerson => ({ ...row, personId: `p${at}` })));

function person(personId: string, over: Partial<FreePerson> = {}): FreePerson {
  return { personId, skills: [], zone: 'A', workedMs: 0, ...over };
}

describe('assigning runs to people', () => {
  it('gives each run at most one able person and each person at most one run', () => {
    fc.assert(
      fc.property(runs, people, (waiting, free) => {
        const result = assignRuns(waiting, free);
        const ids = [...result.assigned, ...result.waiting].map(({ runId }) => runId);
        expect(ids.sort()).toEqual(waiting.map(({ runId }) => runId).sort());
        expect(new Set(result.assigned.map(({ personId }) => personId)).size).toBe(result.assigned.length);
        for (const { runId, personId } of result.assigned) {
          const run = waiting.find((candidate) => candidate.runId === runId)!;
          expect(free.find((candidate) => candidate.personId === personId)!.skills).toEqual(
            expect.arrayContaining(run.skills),
          );
        }
      }),
    );
  });

  it('never leaves an important run waiting while a lesser one has a person who could walk it', () => {
    fc.assert(
      fc.property(runs, people, (waiting, free) => {
        const { assigned, waiting: left } = assignRuns(waiting, free);
        const runOf = (runId: string) => waiting.find((run) => run.runId === runId)!;
        for (const { runId } of left) {
          for (const given of assigned) {
            const able = free.find(({ personId }) => personId === given.personId)!;
            if (!runOf(runId).skills.every((skill) => able.skills.includes(skill))) continue;
            expect(runOf(runId).priority).toBeLessThanOrEqual(runOf(given.runId).priority);
          }
        }
      }),
    );
  });

  it('keeps people in their zone and then evens out the work', () => {
    const run = { runId: 'r', skills: [], zone: 'A', priority: 0 };
    const busy = person('busy', { workedMs: 3_600_000 });
    expect(assignRuns([run], [busy, person('rested')]).assigned[0]?.personId).toBe('rested');
    expect(assignRuns([run], [person('away', { zone: 'B' }), person('here')]).assigned[0]?.personId).toBe(
      'here',
    );
  });
});
