import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { type DeviceState, deviceStates } from '#lib/contracts';
import { asSystem } from '../platform/context.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, type EventMap } from '../platform/events.js';
import './devices.events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { Live } from '../platform/live.js';
import { log } from '../platform/log.js';
import { agentViews } from './devices.queries.js';

/** The consoles get the whole list at most this often, however many devices change. */
const PUSH_EVERY_MS = 500;
const TROUBLE: readonly DeviceState[] = ['lost', 'fault'];

/** The states of devices, told once on change: to the station's people, to the consoles, to whoever listens. */
@Injectable()
export class DeviceStatesService implements BeforeApplicationShutdown {
  private readonly planned = new Map<number, NodeJS.Timeout>();

  constructor(
    private readonly db: Database,
    private readonly live: Live,
  ) {}

  beforeApplicationShutdown(): void {
    for (const timer of this.planned.values()) clearTimeout(timer);
    this.planned.clear();
  }

  /** Notes what state a device says it is in; the same state again changes nothing. An unknown word is refused and logged. */
  async note(tx: Tx, deviceId: string, to: DeviceState, reason: string | null): Promise<void> {
    if (!Object.hasOwn(deviceStates, to)) {
      log.warn({ deviceId, state: to }, 'a device says it is in a state that does not exist');
      return;
    }
    const before = await row<{
      code: string;
      kind: string;
      state: DeviceState;
      state_reason: string | null;
      station_id: string | null;
    }>(
      tx,
      'select code, kind, state, state_reason, station_id from devices where site_id = $1 and id = $2 for update',
      [tx.siteId, deviceId],
    );
    if (!before || (before.state === to && before.state_reason === reason)) return;
    // The agent knows its device best: it may have missed telling a step, so its word stands even off the table.
    await rows(
      tx,
      `update devices set state = $3, state_since = $4, state_reason = $5 where site_id = $1 and id = $2`,
      [tx.siteId, deviceId, to, tx.at, reason],
    );
    const { code, kind, state: from, station_id: stationId } = before;
    if (from !== to) {
      const data = { deviceId, device: code, from, to, reason };
      await addEvent(tx, { type: 'devices.device-state-changed', aggregateId: deviceId, data });
      await alarm(tx, data);
    }
    tx.afterCommit(() => {
      if (stationId)
        this.live.toStation(tx.siteId, stationId, 'floor.device', { device: code, kind, state: to, reason });
      this.agentsChanged(tx.siteId);
    });
  }

  /** The consoles' list is due; pushed soon and once for all changes until then. */
  agentsChanged(siteId: number): void {
    if (this.planned.has(siteId)) return;
    const timer = setTimeout(() => {
      this.planned.delete(siteId);
      this.push(siteId).catch((error: unknown) =>
        log.warn({ err: error }, 'the list of agents was not pushed'),
      );
    }, PUSH_EVERY_MS);
    this.planned.set(siteId, timer.unref());
  }

  private async push(siteId: number): Promise<void> {
    const views = await asSystem('devices', siteId, () => this.db.transaction((tx) => agentViews(tx)));
    this.live.toConsole(siteId, 'console.agents', views);
  }
}

/** Trouble is an exception as long as it lasts. */
async function alarm(
  tx: Tx,
  { deviceId, device, to, reason }: EventMap['devices.device-state-changed'],
): Promise<void> {
  if (TROUBLE.includes(to)) {
    await openException(tx, {
      code: `devices.${to}`,
      subjectKind: 'device',
      subjectId: deviceId,
      owner: 'devices',
      detail: `${device} is ${to}${reason ? `: ${reason}` : '.'}`,
    });
  } else if (to === 'ready') {
    await resolveExceptions(tx, deviceId, 'ready again', ['devices.lost', 'devices.fault']);
  }
}
