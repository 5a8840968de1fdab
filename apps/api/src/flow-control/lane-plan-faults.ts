import type { LaneKind, LanePlan, LaneTake } from '#lib/contracts';
import type { FieldError } from '../platform/refusal.js';

/** What a plan may name, and what it replaces. */
export interface PlanGround {
  lanes: readonly { code: string; kind: LaneKind }[];
  services: readonly { carrier: string; service: string }[];
  points: readonly string[];
  before: LanePlan;
}

/** Names a carrier service as people do. */
export function serviceName({ carrier, service }: { carrier: string; service: string }): string {
  return `${carrier} ${service}`;
}

/**
 * Why a plan of lanes cannot work, each in a sentence at its place in the plan (`takes.3.lane`); empty when it can. A carrier service
 * that no lane took before may go on without one: its parcels leave by the exception lane, as they did.
 */
export function lanePlanFaults(plan: LanePlan, ground: PlanGround): FieldError[] {
  const kindOf = new Map(ground.lanes.map(({ code, kind }) => [code, kind]));
  return [
    ...plan.takes.flatMap((take, at) => takeFaults(take, `takes.${at}`, { kindOf, ground })),
    ...contradictions(plan.takes),
    ...pointFaults(plan, kindOf, ground),
    ...bereft(plan, ground),
  ];
}

type Kinds = ReadonlyMap<string, LaneKind>;

function takeFaults(
  take: LaneTake,
  at: string,
  { kindOf, ground }: { kindOf: Kinds; ground: PlanGround },
): FieldError[] {
  const faults: FieldError[] = [];
  const kind = kindOf.get(take.lane);
  if (!kind) faults.push({ field: `${at}.lane`, message: `There is no lane ${take.lane}.` });
  else if (kind !== 'ship')
    faults.push({
      field: `${at}.lane`,
      message: `${take.lane} is ${KINDS[kind]}: it can't take the parcels of ${serviceName(take)}.`,
    });
  const known = ground.services.some(
    ({ carrier, service }) => carrier === take.carrier && service === take.service,
  );
  if (!known)
    faults.push({ field: `${at}.service`, message: `There is no carrier service ${serviceName(take)}.` });
  return faults;
}

const KINDS: Record<Exclude<LaneKind, 'ship'>, string> = {
  exception: 'a lane for exceptions',
  'no-read': 'a lane for parcels that nobody could read',
  recirculation: 'the way round',
};

/** A lane that takes the same parcels twice has two places for them, and nobody can say which counts. */
function contradictions(takes: readonly LaneTake[]): FieldError[] {
  return takes.flatMap((take, at): FieldError[] => {
    const others = takes
      .slice(0, at)
      .filter(
        (other) =>
          other.lane === take.lane && other.carrier === take.carrier && other.service === take.service,
      );
    const what = `${take.lane} takes ${serviceName(take)}`;
    if (others.some(({ cutOffTime }) => cutOffTime === take.cutOffTime)) {
      const truck = take.cutOffTime === null ? '' : ` of the truck at ${take.cutOffTime}`;
      return [{ field: `takes.${at}.service`, message: `${what}${truck} twice. Take one of them away.` }];
    }
    const every = others.find(({ cutOffTime }) => cutOffTime === null);
    const single = take.cutOffTime === null ? others[0] : undefined;
    const truck = every ? take.cutOffTime : single?.cutOffTime;
    if (!truck) return [];
    const message = `${what} of every truck, and of the truck at ${truck} besides. Keep one of the two.`;
    return [{ field: `takes.${at}.cutOffTime`, message }];
  });
}

function pointFaults({ points }: LanePlan, kindOf: Kinds, ground: PlanGround): FieldError[] {
  const named = new Set<string>();
  return points.flatMap(({ point, ...lanes }, at) => {
    const faults: FieldError[] = [];
    if (!ground.points.includes(point))
      faults.push({ field: `points.${at}.point`, message: `There is no scan point ${point}.` });
    if (named.has(point)) faults.push({ field: `points.${at}.point`, message: `${point} is there twice.` });
    named.add(point);
    for (const field of ['exceptionLane', 'noReadLane'] as const) {
      const lane = lanes[field];
      const kind = kindOf.get(lane);
      const what = field === 'exceptionLane' ? 'what has no way' : 'what it cannot read';
      if (!kind) faults.push({ field: `points.${at}.${field}`, message: `There is no lane ${lane}.` });
      else if (kind === 'ship' || kind === 'recirculation') {
        const is = kind === 'ship' ? 'leads to a truck' : 'leads round and back';
        const message = `${point} cannot send ${what} to ${lane}, which ${is}.`;
        faults.push({ field: `points.${at}.${field}`, message });
      }
    }
    return faults;
  });
}

/** Carrier services that had a lane and would have none. */
function bereft(plan: LanePlan, { before }: PlanGround): FieldError[] {
  const served = new Set(plan.takes.map(serviceName));
  const lost = new Set(before.takes.map(serviceName).filter((name) => !served.has(name)));
  return [...lost].map((name) => ({
    field: 'takes',
    message: `No lane would take ${name} any more: its parcels would all leave by the exception lane. Give it another lane first.`,
  }));
}
