import { Injectable } from '@nestjs/common';
import { type UplinkRecord, weightInGrams } from '#lib/contracts';
import {
  type Application,
  Applies,
  AppliesTogether,
  applied,
  type Reading,
  type RecordSource,
  refused,
} from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import { Live } from '../platform/live.js';
import { DeviceCommandsService } from './device-commands.service.js';
import { DeviceStatesService } from './device-states.service.js';

type Of<K extends UplinkRecord['kind']> = Extract<UplinkRecord, { kind: K }>;

const UNSTABLE: Record<string, string> = {
  motion: 'The scale is moving.',
  overload: 'The scale is overloaded.',
  underload: 'The scale is underloaded: set it to zero.',
  'not-executable': 'The scale cannot weigh right now.',
};

/** A code as a fixed-mount reader sends it, its AIM identifier in front where it has one. */
const AIM = /^(?<aim>\][A-Za-z][0-9A-Za-z])?(?<code>.+)$/s;

/**
 * A scan that waited longer than this in the agent (the link was down) is not shown any more: the person has pulled the trigger
 * again by now, and both together would count two.
 */
const SCAN_WAIT_MAX_MS = 5_000;

/** What devices say that concerns the station they stand at, and what becomes of commands. */
@Injectable()
export class DevicesListener {
  constructor(
    private readonly commands: DeviceCommandsService,
    private readonly states: DeviceStatesService,
    private readonly live: Live,
  ) {}

  /** A scan changes nothing by itself: the screen of the station decides what it means and sends it as its own request. */
  @AppliesTogether('scan.read')
  async showScansAtStations(tx: Tx, readings: readonly Reading<'scan.read'>[]): Promise<Application[]> {
    return readings.map((reading) => this.showScan(tx, reading));
  }

  private showScan(tx: Tx, { record, source }: Reading<'scan.read'>): Application {
    const { code, aim } = record.data;
    if (typeof code !== 'string') return refused('scan: no code');
    const { stationId, waitedMs = 0 } = source;
    if ((waitedMs ?? 0) > SCAN_WAIT_MAX_MS) {
      return refused(
        `scan: it waited ${Math.round(waitedMs! / 1000)} s in the agent and was not shown; scan again`,
      );
    }
    if (stationId) {
      const scan = { readingId: record.id, code, aim: aim ?? null, device: record.device, at: record.at };
      tx.afterCommit(() => this.live.toStation(tx.siteId, stationId, 'floor.scan', scan));
    }
    return applied;
  }

  /**
   * What a fixed-mount reader saw at one trigger. At a station it is a scan of the most telling code; two units at once are none, because
   * choosing would be a guess, and neither is a no-read. What a reader sees at a conveyor point is told by the point's PLC as its arrival.
   */
  @AppliesTogether('scan.record')
  async showRecordsAtStations(tx: Tx, readings: readonly Reading<'scan.record'>[]): Promise<Application[]> {
    return readings.map(({ record, source }) => {
      const { codes, result } = record.data;
      const [first] = Array.isArray(codes) ? codes : [];
      if (!['read', 'multi', 'no-read', 'conflict'].includes(result)) return refused('scan: no result');
      if (result === 'no-read' || result === 'conflict') return applied;
      const { aim, code } = AIM.exec(first ?? '')?.groups ?? {};
      const scan = { ...record, kind: 'scan.read' as const, data: { code: code!, ...(aim ? { aim } : {}) } };
      return this.showScan(tx, { record: scan, source });
    });
  }

  @Applies('weigh.stable')
  async showWeightAtStation(tx: Tx, record: Of<'weigh.stable'>, source: RecordSource): Promise<Application> {
    const { weight: said } = record.data;
    const grams = said ? weightInGrams(said) : Number.NaN;
    if (!Number.isSafeInteger(grams)) return refused('weight: no number of a known unit');
    const { stationId } = source;
    if (stationId) {
      const weight = { readingId: record.id, grams, device: record.device, at: record.at };
      tx.afterCommit(() => this.live.toStation(tx.siteId, stationId, 'floor.weight', weight));
    }
    return applied;
  }

  @Applies('weigh.unstable')
  async saySomethingMoves(tx: Tx, record: Of<'weigh.unstable'>, source: RecordSource): Promise<Application> {
    const { stationId } = source;
    if (stationId) {
      const reason = UNSTABLE[record.data.reason] ?? 'The scale gives no weight.';
      const none = { readingId: null, reason, device: record.device, at: record.at };
      tx.afterCommit(() => this.live.toStation(tx.siteId, stationId, 'floor.weight', none));
    }
    return applied;
  }

  @Applies('command.outcome')
  async noteCommandOutcome(tx: Tx, record: Of<'command.outcome'>): Promise<Application> {
    const { commandId, outcome, reason } = record.data;
    const known = await this.commands.note(tx, { commandId, outcome, reason });
    return known ? applied : refused(`command ${commandId} was never given`);
  }

  @Applies('device.state')
  async noteDeviceState(tx: Tx, record: Of<'device.state'>, source: RecordSource): Promise<Application> {
    await this.states.note(tx, source.deviceId!, record.data.state, record.data.reason ?? null);
    return applied;
  }
}
