import { Injectable } from '@nestjs/common';
import type {
  DesiredDevice,
  DeviceSetup,
  InventoryDevice,
  RevisionView,
  SetupCheck,
  SetupView,
} from '#lib/contracts';
import { EdgeConsole } from '../platform/broker/edge-console.js';
import { currentActor } from '../platform/context.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Live } from '../platform/live.js';
import { Refusal } from '../platform/refusal.js';
import { desiredDevices, type RevisionRow, revisionRows, revisionView } from './device-setups.queries.js';
import { DeviceStatesService } from './device-states.service.js';

export interface SetupChange {
  setup: DeviceSetup;
  /** The revision that whoever changes it has seen; another one in between refuses the change. */
  desired: number;
}

export interface NewDevice {
  code: string;
  agentCode: string;
  stationCode: string | null;
  setup: DeviceSetup;
}

interface FoundDevice {
  id: string;
  code: string;
  driver: string;
  link: Record<string, unknown>;
  config: Record<string, unknown>;
  desired_revision: number;
  simulated: boolean;
  agent_id: string;
  agent: string;
  online: boolean;
  born: InventoryDevice | null;
}

/** How devices are set up: wanted here, revision by revision; tried, proven or taken back by their agent (docs/adr/0041). */
@Injectable()
export class DeviceSetupsService {
  constructor(
    private readonly db: Database,
    private readonly console: EdgeConsole,
    private readonly states: DeviceStatesService,
    private readonly live: Live,
  ) {}

  view(code: string): Promise<SetupView> {
    return this.db.transaction(async (tx) => {
      const device = await find(tx, code);
      const history = (await revisionRows(tx, device.id)).map(revisionView);
      const { born } = device;
      const runs = born?.setup ? { revision: born.revision ?? 0, setup: born.setup } : null;
      const { agent, online: agentOnline, desired_revision: desired } = device;
      return { device: code, agent, agentOnline, runs, desired, history };
    });
  }

  /** The agent's judgement of a setup, field by field. For a device that is still to be added, name its agent. */
  async check(code: string, setup: DeviceSetup, agentCode?: string): Promise<SetupCheck> {
    const to = await this.db.transaction(async (tx) => ({
      siteId: tx.siteId,
      agentCode: agentCode ?? (await find(tx, code)).agent,
    }));
    return this.console.ask({ ...to, device: code }, 'setup.check', { setup });
  }

  /** @throws Refusal devices.setup-wrong, devices.setup-changed */
  async change(code: string, { setup, desired }: SetupChange): Promise<RevisionView> {
    const checked = await this.good(await this.check(code, setup));
    return this.db.transaction(async (tx) => {
      const device = await find(tx, code);
      if (device.desired_revision !== desired) {
        const detail = `${code} was set up by somebody else meanwhile (revision ${device.desired_revision}). Look at it again.`;
        throw new Refusal('devices.setup-changed', detail, {
          facts: { device: code, revision: device.desired_revision },
        });
      }
      return this.want(tx, device, checked);
    });
  }

  /** Goes back to the setup of an earlier revision, as a new one. */
  async revert(code: string, revision: number, desired: number): Promise<RevisionView> {
    const earlier = (await this.view(code)).history.find((each) => each.revision === revision);
    if (!earlier?.setup) {
      throw new Refusal('devices.no-such-revision', `${code} has no setup ${revision}.`, {
        status: 404,
        facts: { device: code, revision },
      });
    }
    return this.change(code, { setup: earlier.setup, desired });
  }

  /** Attaches a device to an agent. A code that was taken out before may come back. */
  async add({ code, agentCode, stationCode, setup }: NewDevice): Promise<RevisionView> {
    const checked = await this.good(await this.check(code, setup, agentCode));
    const siteId = await this.db.transaction(async (tx) => tx.siteId);
    const { drivers } = await this.console.ask({ siteId, agentCode, device: 'agent' }, 'drivers.list', {});
    const kind = drivers.find(({ id }) => id === checked.driver)?.kind ?? 'scanner';
    return this.db.transaction(async (tx) => {
      const stationId = stationCode === null ? null : await stationOf(tx, stationCode);
      const added = await row<{ id: string }>(
        tx,
        `insert into devices (site_id, id, agent_id, code, kind, driver, station_id, state)
         select $1, $2, a.id, $3, $4, $5, $6, 'init' from agents a where a.site_id = $1 and a.code = $7
         on conflict (site_id, code) do update set agent_id = excluded.agent_id, kind = excluded.kind,
           station_id = excluded.station_id, removed_at = null, state = 'init', state_reason = null
           where devices.removed_at is not null
         returning id`,
        [tx.siteId, newId(), code, kind, checked.driver, stationId, agentCode],
      );
      if (!added)
        throw new Refusal('devices.code-taken', `There is a device ${code} already.`, {
          facts: { device: code },
        });
      return this.want(tx, await find(tx, code), checked);
    });
  }

  /** Takes a device out of its agent and off the lists. What it has said stays. */
  remove(code: string): Promise<RevisionView> {
    return this.db.transaction(async (tx) => {
      const device = await find(tx, code);
      const revision = await this.want(tx, device, null);
      await rows(tx, 'update devices set removed_at = $3, station_id = null where site_id = $1 and id = $2', [
        tx.siteId,
        device.id,
        tx.at,
      ]);
      await this.states.note(tx, device.id, 'disabled', 'taken out at the console');
      return revision;
    });
  }

  /** Off: its agent lets it go, until somebody switches it on again as it was set up before. Nothing where it is so already. */
  async switch(tx: Tx, code: string, on: boolean): Promise<void> {
    const device = await find(tx, code);
    const history = await revisionRows(tx, device.id);
    const wanted = history.find(({ revision }) => revision === device.desired_revision);
    const isOff = wanted?.removed === true;
    if (on !== isOff) return;
    if (on) {
      const { driver, link, config, simulated } = wanted!;
      await this.want(tx, device, { driver, link, config, simulated } as DeviceSetup);
      await this.states.note(tx, device.id, 'init', null);
    } else {
      await this.want(tx, device, null);
      await this.states.note(tx, device.id, 'disabled', 'switched off at the console');
    }
  }

  /** Everything wanted of an agent's devices. */
  desiredOf(tx: Tx, agentId: string): Promise<DesiredDevice[]> {
    return desiredDevices(tx, agentId);
  }

  /** Says again what agents that are there have not taken: a message may have been lost. */
  async remind(tx: Tx, waitedMs: number): Promise<void> {
    const waiting = await rows<{ agent_id: string; agent: string }>(
      tx,
      `select distinct a.id as agent_id, a.code as agent from device_revisions r
       join devices d on d.site_id = r.site_id and d.id = r.device_id and d.desired_revision = r.revision
       join agents a on a.site_id = d.site_id and a.id = d.agent_id
       where r.site_id = $1 and r.state = 'wanted' and r.created_at < $2 and a.online`,
      [tx.siteId, new Date(tx.at.getTime() - waitedMs)],
    );
    for (const { agent_id: agentId, agent } of waiting) {
      const devices = await desiredDevices(tx, agentId, { wantedOnly: true });
      tx.afterCommit(() => this.console.desire(tx.siteId, agent, { devices }));
    }
  }

  /** What an agent's birth document says of its devices' setups. */
  async noteInventory(
    tx: Tx,
    agent: { agentId: string; agentCode: string },
    born: InventoryDevice[],
  ): Promise<void> {
    const devices = await rows<{ id: string; code: string; desired_revision: number; simulated: boolean }>(
      tx,
      `select id, code, desired_revision, simulated from devices
       where site_id = $1 and agent_id = $2 and code = any($3::text[]) order by id for update`,
      [tx.siteId, agent.agentId, born.map(({ device }) => device)],
    );
    for (const device of devices) {
      const { setup, revision, outcome } = born.find((each) => each.device === device.code)!;
      if (outcome) await this.noteOutcome(tx, agent.agentCode, device, outcome);
      const isBack = outcome?.result === 'rolled-back' && device.desired_revision === outcome.revision;
      // One that is let go has no setup, and is what it was before when it comes back.
      const simulated = setup ? setup.simulated === true : device.simulated;
      if (!isBack && simulated === device.simulated) continue;
      await rows(
        tx,
        `update devices set simulated = $3, desired_revision = $4 where site_id = $1 and id = $2`,
        [tx.siteId, device.id, simulated, isBack ? (revision ?? 0) : device.desired_revision],
      );
      if (isBack && setup) await writeSetup(tx, device.id, setup);
      if (simulated === device.simulated) continue;
      const data = { deviceId: device.id, device: device.code, simulated };
      await addEvent(tx, { type: 'devices.simulation-switched', aggregateId: device.id, data });
    }
  }

  private async noteOutcome(
    tx: Tx,
    agent: string,
    device: { id: string; code: string },
    outcome: NonNullable<InventoryDevice['outcome']>,
  ): Promise<void> {
    const { revision, result, reason = null } = outcome;
    const changed = await affected(
      tx,
      `update device_revisions set state = $4, reason = $5, ended_at = $6
       where site_id = $1 and device_id = $2 and revision = $3 and state <> $4 and state not in ('rolled-back', 'refused')`,
      [tx.siteId, device.id, revision, result, reason, result === 'trying' ? null : tx.at],
    );
    if (changed === 0) return;
    const data = { deviceId: device.id, device: device.code, revision, result, reason };
    await addEvent(tx, { type: 'devices.setup-judged', aggregateId: device.id, data });
    const told = { ...outcome, agent, device: device.code };
    tx.afterCommit(() => this.live.toConsole(tx.siteId, 'console.revision', told));
  }

  private good({ errors, setup }: SetupCheck): DeviceSetup {
    if (errors.length === 0) return setup;
    const [first] = errors;
    throw new Refusal('devices.setup-wrong', `${first!.field || 'setup'} ${first!.message}`, {
      status: 422,
      errors,
    });
  }

  private async want(tx: Tx, device: FoundDevice, setup: DeviceSetup | null): Promise<RevisionView> {
    const [last] = await revisionRows(tx, device.id);
    // One that is let go keeps what runs with it: to be switched on again with, and to be read in the history.
    const { driver, link, config, simulated = false } = setup ?? device.born?.setup ?? last ?? device;
    const wanted: RevisionRow = {
      revision: (last?.revision ?? 0) + 1,
      ...{ driver, link, config, simulated },
      removed: setup === null,
      state: 'wanted',
      reason: null,
      created_by: whoActs(),
      created_at: tx.at,
    };
    await rows(
      tx,
      `insert into device_revisions
         (site_id, id, device_id, revision, driver, link, config, simulated, removed, state, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'wanted', $10, $11)`,
      [
        tx.siteId,
        newId(),
        device.id,
        wanted.revision,
        driver,
        JSON.stringify(link),
        JSON.stringify(config),
        simulated,
        wanted.removed,
        wanted.created_by,
        tx.at,
      ],
    );
    await rows(tx, 'update devices set desired_revision = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      device.id,
      wanted.revision,
    ]);
    if (setup) await writeSetup(tx, device.id, setup);
    const data = { deviceId: device.id, device: device.code, revision: wanted.revision, setup };
    await addEvent(tx, { type: 'devices.setup-wanted', aggregateId: device.id, data });
    const devices = [{ device: device.code, revision: wanted.revision, setup }];
    tx.afterCommit(() => {
      this.console.desire(tx.siteId, device.agent, { devices });
      this.states.agentsChanged(tx.siteId);
    });
    return revisionView(wanted);
  }
}

/** What stands with the device itself: for lists, and for who looks without the history. */
async function writeSetup(tx: Tx, deviceId: string, { driver, link, config }: DeviceSetup): Promise<void> {
  await rows(tx, 'update devices set driver = $3, link = $4, config = $5 where site_id = $1 and id = $2', [
    tx.siteId,
    deviceId,
    driver,
    JSON.stringify(link),
    JSON.stringify(config),
  ]);
}

async function find(tx: Tx, code: string): Promise<FoundDevice> {
  const device = await row<FoundDevice>(
    tx,
    `select d.id, d.code, d.driver, d.link, d.config, d.desired_revision, d.simulated, a.id as agent_id, a.code as agent, a.online,
       jsonb_path_query_first(a.inventory, '$.devices[*] ? (@.device == $code)', jsonb_build_object('code', d.code)) as born
     from devices d join agents a on a.site_id = d.site_id and a.id = d.agent_id
     where d.site_id = $1 and d.code = $2 and d.removed_at is null for update of d`,
    [tx.siteId, code],
  );
  if (!device)
    throw new Refusal('devices.unknown', `There is no device ${code}.`, {
      status: 404,
      facts: { device: code },
    });
  return device;
}

async function stationOf(tx: Tx, code: string): Promise<string> {
  const station = await row<{ id: string }>(tx, 'select id from stations where site_id = $1 and code = $2', [
    tx.siteId,
    code,
  ]);
  if (!station)
    throw new Refusal('devices.unknown-station', `There is no station ${code}.`, {
      status: 404,
      facts: { station: code },
    });
  return station.id;
}

function whoActs(): string {
  const actor = currentActor();
  return actor?.kind === 'person' || actor?.kind === 'system' ? actor.name : 'unknown';
}
