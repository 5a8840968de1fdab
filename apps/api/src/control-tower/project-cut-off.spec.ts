import { describe, expect, it } from '@jest/globals';
import { type CutOffBacklog, projectCutOffs } from './project-cut-off.js';

const now = new Date('2026-03-02T12:00:00Z');
const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);
const backlog = (service: string, time: string, open: number): CutOffBacklog => ({
  carrier: 'post',
  service,
  cutOffAt: at(time),
  open,
  packed: 0,
  shipped: 0,
});

describe('projectCutOffs', () => {
  it('lets a later cut-off wait for the work of the earlier ones', () => {
    const [first, second] = projectCutOffs(
      [backlog('late', '18:00', 60), backlog('early', '14:00', 120)],
      2,
      now,
    );
    expect(first).toMatchObject({ service: 'early', projectedAt: at('13:00'), atRisk: false });
    expect(second).toMatchObject({ service: 'late', projectedAt: at('13:30'), atRisk: false });
  });

  it.each([
    ['on time', backlog('s', '13:00', 60), 1, false],
    ['too slow', backlog('s', '12:59', 60), 1, true],
    ['nothing open, however late', backlog('s', '11:00', 0), 0, false],
    ['nothing moves and the cut-off is far', backlog('s', '16:00', 5), 0, false],
    ['nothing moves and the cut-off is near', backlog('s', '12:30', 5), 0, true],
    ['the cut-off has passed', backlog('s', '11:00', 1), 10, true],
  ])('%s', (_name, orders, rate, atRisk) => {
    expect(projectCutOffs([orders], rate, now)[0]!.atRisk).toBe(atRisk);
  });
});
