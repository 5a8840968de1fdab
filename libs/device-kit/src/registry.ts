import type { QualityLevel } from '#lib/contracts';
import type { Driver } from './driver.js';

/** A line of the generated index (devices/index.generated.ts). Nothing of a driver is loaded until `load`. */
export interface DriverEntry {
  id: string;
  /** What its quality.yaml claims; absent in an index made by hand. */
  quality?: QualityLevel;
  load: () => Promise<{ default: Driver }>;
  /** Loads the simulator; only demos, tests and the CLI do. */
  loadSimulator: () => Promise<{ simulator: unknown }>;
}

export type LoadedDriver = { ok: true; driver: Driver } | { ok: false; reason: string };

/** Loads one driver. A driver that can't be loaded is a reason, never an exception: the other devices run on. */
export async function loadDriver(index: readonly DriverEntry[], id: string): Promise<LoadedDriver> {
  const entry = index.find((each) => each.id === id);
  if (!entry)
    return { ok: false, reason: `there is no driver ${JSON.stringify(id)}; known: ${known(index)}` };
  try {
    const { default: driver } = await entry.load();
    if (driver?.id !== id)
      return { ok: false, reason: `the folder ${id} holds the driver ${driver?.id ?? '(none)'}` };
    return { ok: true, driver };
  } catch (error) {
    return {
      ok: false,
      reason: `driver ${id} can't be loaded: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function known(index: readonly DriverEntry[]): string {
  return index.map((each) => each.id).join(', ') || 'none';
}
