import { Injectable } from '@nestjs/common';
import type { CommandArgs, CommandOp, DeviceOrder } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { DeviceCommandsService } from './device-commands.service.js';
import { DeviceSetupsService } from './device-setups.service.js';
import { DeviceStatesService } from './device-states.service.js';
import { type DeviceWithConfig, devicesWithConfig } from './devices.queries.js';

export interface DeviceChange {
  stationCode?: string | null;
  disabled?: boolean;
}

/** A device as an import or the console describes it. */
export interface DeviceRecord {
  code: string;
  agentCode: string;
  kind: string;
  driver: string;
  stationCode: string | null;
  link: Record<string, unknown>;
  config: Record<string, unknown>;
}

export interface DeviceAtStation {
  id: string;
  code: string;
  state: string;
}

/** A command that somebody tries out at the console. */
export type TestCommand = { op: CommandOp; args?: unknown };

const TEST_VALID_MS = 15_000;
/** For printers of the other language, which take it beside the ZPL. */
const TEST_LABEL_TSPL =
  'SIZE 100 mm,50 mm\r\nGAP 3 mm,0 mm\r\nCLS\r\nTEXT 40,40,"0",0,14,14,"Wavehouse test label"\r\nPRINT 1,1\r\n';
const TEST_LABEL = '^XA^CI28^FO40,40^A0N,60,60^FDWavehouse^FS^FO40,120^A0N,30,30^FDtest label^FS^XZ';

/** Devices: what stands where, how it is set up, what it is doing. */
@Injectable()
export class DevicesService {
  constructor(
    private readonly db: Database,
    private readonly commands: DeviceCommandsService,
    private readonly states: DeviceStatesService,
    private readonly setups: DeviceSetupsService,
  ) {}

  list(): Promise<DeviceWithConfig[]> {
    return this.db.transaction((tx) => devicesWithConfig(tx));
  }

  /** The device of a kind at a station, a working one before the others; null where there is none. */
  async atStation(tx: Tx, stationId: string, kind: string): Promise<DeviceAtStation | null> {
    return row(
      tx,
      `select id, code, state from devices where site_id = $1 and station_id = $2 and kind = $3 and state <> 'disabled'
       order by state = 'ready' desc, state = 'degraded' desc, code limit 1`,
      [tx.siteId, stationId, kind],
    );
  }

  change(code: string, change: DeviceChange): Promise<DeviceWithConfig> {
    return this.db.transaction(async (tx) => {
      const device = await find(tx, code);
      if (change.stationCode !== undefined) {
        const stationId = change.stationCode === null ? null : await stationByCode(tx, change.stationCode);
        await affected(tx, 'update devices set station_id = $3 where site_id = $1 and id = $2', [
          tx.siteId,
          device.id,
          stationId,
        ]);
      }
      if (change.disabled !== undefined) await this.setups.switch(tx, code, !change.disabled);
      tx.afterCommit(() => this.states.agentsChanged(tx.siteId));
      return (await devicesWithConfig(tx, code))[0]!;
    });
  }

  /** Tries a device out; harmless by construction: a test label, a weighing, a beep, a trigger. @returns the command's id */
  try(code: string, test: TestCommand): Promise<{ commandId: string }> {
    const order = testOrder(test);
    return this.db.transaction(async (tx) => {
      const { id: deviceId } = await find(tx, code);
      return { commandId: await this.commands.send(tx, { deviceId, order, validForMs: TEST_VALID_MS }) };
    });
  }

  /** Adds devices or sets them up anew; what they are doing stays. Agents that do not exist yet are added unclaimed. */
  async register(tx: Tx, devices: readonly DeviceRecord[]): Promise<void> {
    await rows(
      tx,
      `insert into agents (site_id, id, code, name, created_at)
       select $1, a.id, a.code, a.code, $2 from unnest($3::uuid[], $4::text[]) as a (id, code)
       on conflict (site_id, code) do nothing`,
      [tx.siteId, tx.at, ...agentColumns(devices)],
    );
    await rows(
      tx,
      `insert into devices (site_id, id, agent_id, code, kind, driver, station_id, link, config, state)
       select $1, d.id, a.id, d.code, d.kind, d.driver, s.id, d.link, d.config, 'init'
       from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[])
         as d (id, agent, code, kind, driver, station, link, config)
       join agents a on a.site_id = $1 and a.code = d.agent
       left join stations s on s.site_id = $1 and s.code = d.station
       on conflict (site_id, code) do update set agent_id = excluded.agent_id, kind = excluded.kind,
         station_id = excluded.station_id, removed_at = null,
         driver = case when devices.desired_revision > 0 then devices.driver else excluded.driver end,
         link = case when devices.desired_revision > 0 then devices.link else excluded.link end,
         config = case when devices.desired_revision > 0 then devices.config else excluded.config end`,
      [
        tx.siteId,
        devices.map(() => newId()),
        devices.map((each) => each.agentCode),
        devices.map((each) => each.code),
        devices.map((each) => each.kind),
        devices.map((each) => each.driver),
        devices.map((each) => each.stationCode),
        devices.map((each) => JSON.stringify(each.link)),
        devices.map((each) => JSON.stringify(each.config)),
      ],
    );
  }
}

function agentColumns(devices: readonly DeviceRecord[]): [string[], string[]] {
  const codes = [...new Set(devices.map((each) => each.agentCode))];
  return [codes.map(() => newId()), codes];
}

function testOrder({ op, args }: TestCommand): DeviceOrder {
  switch (op) {
    case 'print':
      return { op, args: { jobId: `test-${newId()}`, zpl: TEST_LABEL, tspl: TEST_LABEL_TSPL } };
    case 'weigh':
    case 'zero':
    case 'tare':
    case 'trigger':
    case 'status':
      return { op, args: {} };
    case 'beep':
      return { op, args: { pattern: 'good' } };
    case 'light':
      return { op, args: args as CommandArgs['light'] };
    case 'route':
      return { op, args: testRoute(args) };
  }
}

/** A divert by hand, for the parcel that the PLC reported last: whoever asks has seen it and has confirmed. */
function testRoute(args: unknown): CommandArgs['route'] {
  const { point, lane, trackId, seq, confirmed } = (args ?? {}) as Record<string, unknown>;
  const known = typeof point === 'string' && typeof lane === 'string';
  if (!known || !Number.isSafeInteger(trackId) || !Number.isSafeInteger(seq) || confirmed !== true) {
    throw new Refusal(
      'devices.not-a-test',
      'A divert moves a parcel: name point, lane, trackId and seq of one that was just seen, and confirm it.',
    );
  }
  const validUntil = new Date(Date.now() + TEST_VALID_MS).toISOString();
  const parcel = { trackId: trackId as number, seq: seq as number };
  return { point, lane, ...parcel, alternatives: [], decisionId: newId(), validUntil };
}

async function find(tx: Tx, code: string): Promise<{ id: string }> {
  const device = await row<{ id: string }>(
    tx,
    'select id from devices where site_id = $1 and code = $2 and removed_at is null for update',
    [tx.siteId, code],
  );
  if (!device)
    throw new Refusal('devices.unknown', `There is no device ${code}.`, {
      status: 404,
      facts: { device: code },
    });
  return device;
}

async function stationByCode(tx: Tx, code: string): Promise<string> {
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
