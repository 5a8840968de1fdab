import type { LaneDifference, LanePlan, LaneTake } from '#lib/contracts';
import { serviceName } from './lane-plan-faults.js';

type Key = Omit<LaneTake, 'rank'>;

export function takeKey({ lane, carrier, service, cutOffTime }: Key): string {
  return JSON.stringify([lane, carrier, service, cutOffTime]);
}

/** What is different between two plans: by lane, then by point. Points that the later one leaves out are unchanged. */
export function planDifferences(before: LanePlan, after: LanePlan): LaneDifference[] {
  return [...takeDifferences(before.takes, after.takes), ...pointDifferences(before, after)];
}

function takeDifferences(before: readonly LaneTake[], after: readonly LaneTake[]): LaneDifference[] {
  const was = new Map(before.map((take) => [takeKey(take), take]));
  const is = new Map(after.map((take) => [takeKey(take), take]));
  return [...new Map([...was, ...is])]
    .flatMap(([key, { lane, carrier, service, cutOffTime }]): Extract<LaneDifference, { kind: 'take' }>[] => {
      const [from, to] = [was.get(key)?.rank ?? null, is.get(key)?.rank ?? null];
      return from === to ? [] : [{ kind: 'take', lane, carrier, service, cutOffTime, from, to }];
    })
    .sort((one, two) => (one.lane < two.lane ? -1 : one.lane > two.lane ? 1 : 0));
}

function pointDifferences(before: LanePlan, after: LanePlan): LaneDifference[] {
  return after.points.flatMap(({ point, exceptionLane, noReadLane }): LaneDifference[] => {
    const was = before.points.find((each) => each.point === point);
    return [
      { kind: 'exception-lane' as const, point, from: was?.exceptionLane ?? null, to: exceptionLane },
      { kind: 'no-read-lane' as const, point, from: was?.noReadLane ?? null, to: noReadLane },
    ].filter(({ from, to }) => from !== to);
  });
}

/** The carrier services whose lanes are different. */
export function changedServices(
  differences: readonly LaneDifference[],
): { carrier: string; service: string }[] {
  const found = differences.flatMap((each) => (each.kind === 'take' ? [each] : []));
  const byName = new Map(
    found.map(({ carrier, service }) => [serviceName({ carrier, service }), { carrier, service }]),
  );
  return [...byName.values()];
}

/** What a file brings laid over what is there: a lane's places for a carrier service are as the file has them, the others stay. */
export function mergedPlan(present: LanePlan, brought: LanePlan): LanePlan {
  const of = ({ lane, carrier, service }: Key) => JSON.stringify([lane, carrier, service]);
  const takes = new Set(brought.takes.map(of));
  const points = new Set(brought.points.map(({ point }) => point));
  return {
    takes: [...present.takes.filter((take) => !takes.has(of(take))), ...brought.takes],
    points: [...present.points.filter(({ point }) => !points.has(point)), ...brought.points],
  };
}
