import { lanesOfTruck, truckOf } from '#lib/flow';
import type { ServiceLoad } from './rebalance-lanes.js';

interface Of {
  carrier: string;
  service: string;
}

/** That a lane takes a carrier service: of one truck, or of all. */
export interface Takes extends Of {
  laneId: string;
  rank: number;
  cutOffTime: string | null;
}

/** Parcels on their way whose orders leave at the same time of day. */
export interface Waiting extends Of {
  cutOff: string;
  parcels: number;
  cutOffAt: Date;
}

export interface DutyOf extends Of {
  truck: string | null;
  laneId: string;
  since: Date;
}

/** What each truck of each carrier service has waiting, and the lanes that may take it, in the order of the lanes given. */
export function loadsByTruck(
  takes: readonly Takes[],
  waiting: readonly Waiting[],
  duties: readonly DutyOf[],
): ServiceLoad[] {
  const services = new Map<string, Takes[]>();
  for (const each of takes) services.set(keyOf(each), [...(services.get(keyOf(each)) ?? []), each]);
  return [...services].flatMap(([key, lanes]) => {
    const { carrier, service } = lanes[0]!;
    const times = [...new Set(lanes.flatMap(({ cutOffTime }) => cutOffTime ?? []))].sort();
    return (times.length > 0 ? times : [null]).map((truck): ServiceLoad => {
      const own = waiting.filter((each) => keyOf(each) === key && truckOf(lanes, each.cutOff) === truck);
      const duty = duties.find((each) => keyOf(each) === key && each.truck === truck);
      return {
        ...{ carrier, service, truck },
        parcels: own.reduce((sum, { parcels }) => sum + parcels, 0),
        cutOffAt: earliest(own.map(({ cutOffAt }) => cutOffAt)),
        lanes: lanesOfTruck(lanes, truck).map(({ laneId, rank }) => ({ laneId, rank })),
        duty: duty ? { laneId: duty.laneId, since: duty.since } : null,
      };
    });
  });
}

function keyOf({ carrier, service }: Of): string {
  return JSON.stringify([carrier, service]);
}

function earliest(moments: readonly Date[]): Date | null {
  return moments.reduce<Date | null>((least, at) => (least && least <= at ? least : at), null);
}
