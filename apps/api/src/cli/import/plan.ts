import type { LanePlan, NewItem } from '#lib/contracts';
import type { DeviceRecord } from '../../devices/devices.service.js';
import type { SitePlan } from '../../sites/site-plan.js';
import type { WavesPlan } from './put-waves.js';
import type { Source } from './source.js';

/** Everything that a directory describes. */
export interface ImportPlan {
  site: SitePlan;
  devices: DeviceRecord[];
  waves: WavesPlan;
  merchants: { code: string; name: string }[];
  items: NewItem[];
}

/** The files of an import directory by what they hold, to lead a fault in the plan back to its line. */
export interface Sources {
  site: Source;
  shipping: Source;
  devices: Source;
  waves: Source;
  merchants: Source;
  items: Source;
}

/** What the lanes of a site take, as flow-control plans it. */
export function lanePlanOf({ lanes, points }: Pick<SitePlan, 'lanes' | 'points'>): LanePlan {
  return {
    takes: lanes.flatMap(({ code: lane, takes }) =>
      takes.map(({ carrier, service, rank, cutOffTime = null }) => ({
        lane,
        carrier,
        service,
        rank,
        cutOffTime,
      })),
    ),
    points: points.map(({ code: point, exceptionLane, noReadLane }) => ({
      point,
      exceptionLane,
      noReadLane,
    })),
  };
}
