import type { NewItem } from '#lib/contracts';
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
