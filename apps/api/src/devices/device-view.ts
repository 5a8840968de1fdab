import {
  type DeviceState,
  type DeviceView,
  type InventoryDevice,
  type Reading,
  readingText,
} from '#lib/contracts';
import { ADVICE, faultOf } from './advice.js';

/** A device's row as readers select it; `born` is its part of its agent's birth document. */
export interface ShownDevice {
  id: string;
  code: string;
  kind: string;
  driver: string;
  simulated: boolean;
  station: string | null;
  state: DeviceState;
  stateSince: Date | null;
  reason: string | null;
  lastReadingAt: Date | null;
  lastReading: Reading | null;
  agentOnline: boolean;
  born: InventoryDevice | null;
}

const READING_SHOWN = 200;

/** A device as screens show it: what it is, what it does, and in plain words what is wrong. */
export function deviceViewOf(device: ShownDevice): DeviceView {
  const { id, code, kind, simulated, station, state, reason, lastReading, born } = device;
  const said = lastReading?.kind === 'device.fault' ? lastReading.data.detail : null;
  const fault = faultOf({ state, reason, fault: said, agentOnline: device.agentOnline });
  return {
    ...{ id, code, kind, simulated, station, state, reason, fault },
    driver: born?.driver || device.driver,
    driverVersion: born?.driverVersion || null,
    quality: born?.quality ?? null,
    commands: born?.commands ?? [],
    link: born?.link || null,
    outcome: born?.outcome ?? null,
    stateSince: device.stateSince?.toISOString() ?? null,
    advice: fault && `${ADVICE[fault].cause} ${ADVICE[fault].fix}`,
    lastReadingAt: device.lastReadingAt?.toISOString() ?? null,
    lastReading: lastReading && readingText(lastReading).slice(0, READING_SHOWN),
  };
}
