import { Injectable } from '@nestjs/common';
import { type RecordData, type RecordKind, weightInGrams } from '#lib/contracts';
import { row, type Tx } from '../platform/database.service.js';

/** A weight that a scale at a station said, as packing may book it. */
export interface StationWeight {
  readingId: string;
  deviceId: string;
  device: string;
  grams: number;
  /** By the agent's clock. */
  at: Date;
  receivedAt: Date;
}

/** Looks readings up again in the inbox: what a screen sends back is only a reading's id, never its value. */
@Injectable()
export class ReadingsService {
  /**
   * The stable weight with this reading id, if a scale of this station said it.
   * @returns null for an unknown id, another kind of reading or another station's scale
   */
  async stationWeight(tx: Tx, readingId: string, stationId: string): Promise<StationWeight | null> {
    const found = await this.latestReading(tx, readingId, stationId);
    if (found?.kind !== 'weigh.stable') return null;
    const { readingId: id, deviceId, device, at, receivedAt } = found;
    const { weight } = found.data as RecordData<'weigh.stable'>;
    return { readingId: id, deviceId, device, grams: weightInGrams(weight), at, receivedAt };
  }

  /** Any applied reading of a device that stands at this station, by its id; null for everything else. */
  async latestReading(tx: Tx, readingId: string, stationId: string): Promise<StationReading | null> {
    const found = await row<{
      kind: RecordKind;
      device_id: string;
      device: string;
      data: unknown;
      at: Date;
      received_at: Date;
    }>(
      tx,
      `select i.kind, d.id as device_id, d.code as device, i.data, i.at, i.received_at from inbox i
       join devices d on d.site_id = i.site_id and d.agent_id = i.agent_id and d.code = i.device_code
       where i.site_id = $1 and i.record_id = $2 and i.outcome = 'applied' and d.station_id = $3`,
      [tx.siteId, readingId, stationId],
    );
    if (!found) return null;
    const { kind, device_id: deviceId, device, data, at, received_at: receivedAt } = found;
    return { readingId, kind, deviceId, device, data, at, receivedAt };
  }
}

export interface StationReading {
  readingId: string;
  kind: RecordKind;
  deviceId: string;
  device: string;
  data: unknown;
  at: Date;
  receivedAt: Date;
}
