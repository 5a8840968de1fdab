import { Injectable } from '@nestjs/common';
import type { NewOverride, OverrideView } from '#lib/contracts';
import { ParcelsService } from '../packing/parcels.service.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { requireBeltState } from './flow-control.errors.js';
import { LanesService } from './lanes.service.js';
import {
  closeOverrides,
  lockExpired,
  lockOverride,
  type Override,
  openOverride,
  overrideViews,
} from './override.queries.js';
import { RoutesService } from './routes.service.js';

/** What supervisors set against what the conveyor would do. Each has a reason and an end, and stays on record. */
@Injectable()
export class OverridesService {
  constructor(
    private readonly db: Database,
    private readonly lanes: LanesService,
    private readonly routes: RoutesService,
    private readonly parcels: ParcelsService,
  ) {}

  /** Those that hold, then those that ended last. */
  list(): Promise<OverrideView[]> {
    return this.db.transaction((tx) => overrideViews(tx));
  }

  /**
   * Sets one; of the same kind and subject there is at most one, the newer replaces the older.
   * @throws Refusal for a lane, point or parcel that is not there, or a parcel that is not for the belt
   */
  set(given: NewOverride): Promise<OverrideView> {
    return this.db.transaction(async (tx) => {
      const expiresAt = new Date(tx.at.getTime() + given.minutes * 60_000);
      const subjectId = await this.apply(tx, given, expiresAt);
      const views = await overrideViews(tx);
      const held = await row<{ id: string }>(
        tx,
        'select id from flow_overrides where site_id = $1 and kind = $2 and subject_id = $3 and ended_at is null',
        [tx.siteId, given.kind, subjectId],
      );
      return views.find(({ id }) => id === held!.id)!;
    });
  }

  /** Ends one before its time. @throws Refusal when it does not hold (any more) */
  end(id: string, because: string): Promise<OverrideView[]> {
    return this.db.transaction(async (tx) => {
      const override = await lockOverride(tx, id);
      if (!override) {
        throw new Refusal('flow.override-ended', 'That override does not hold any more.', { status: 409 });
      }
      await this.lift(tx, override, because);
      return overrideViews(tx);
    });
  }

  /** Ends those whose time is over. @returns how many */
  expire(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const expired = await lockExpired(tx);
      for (const override of expired) await this.lift(tx, override, 'its time was over');
      return expired.length;
    });
  }

  private apply(tx: Tx, given: NewOverride, expiresAt: Date): Promise<string> {
    const { kind, subject, reason } = given;
    switch (kind) {
      case 'lane-closed':
        return this.lanes.order(tx, subject, { word: 'closed', reason, expiresAt });
      case 'lane-open':
        return this.lanes.order(tx, subject, { word: 'open', reason, expiresAt });
      case 'point-safe':
        return this.makeSafe(tx, given, expiresAt);
      case 'parcel-lane':
        return this.sendParcel(tx, given, expiresAt);
    }
  }

  private async makeSafe(tx: Tx, { subject, reason }: NewOverride, expiresAt: Date): Promise<string> {
    const point = await row<{ id: string }>(
      tx,
      'update conveyor_points set forced_safe = $3 where site_id = $1 and code = $2 returning id',
      [tx.siteId, subject, reason],
    );
    if (!point)
      throw new Refusal('flow.unknown-point', `There is no point ${subject}.`, {
        status: 404,
        facts: { point: subject },
      });
    const override = {
      kind: 'point-safe',
      subjectId: point.id,
      subject,
      lane: null,
      reason,
      expiresAt,
    } as const;
    await openOverride(tx, override);
    await this.routes.tellPoint(tx, subject);
    return point.id;
  }

  private async sendParcel(tx: Tx, given: NewOverride, expiresAt: Date): Promise<string> {
    const { subject, reason, lane: code = '' } = given;
    const lane = await row<{ id: string; code: string }>(
      tx,
      'select id, code from lanes where site_id = $1 and code = $2',
      [tx.siteId, code],
    );
    if (!lane)
      throw new Refusal('flow.unknown-lane', `There is no lane ${code}.`, {
        status: 404,
        facts: { lane: code },
      });
    const parcel = await this.parcels.lockScanned(tx, subject);
    requireBeltState(parcel);
    const because = `a supervisor sent it there: ${reason}`;
    await this.routes.setRoute(tx, parcel, { pinnedTo: { ...lane, because }, unchecked: true });
    await openOverride(tx, {
      kind: 'parcel-lane',
      subjectId: parcel.id,
      subject: parcel.sscc ?? subject,
      lane,
      reason,
      expiresAt,
    });
    return parcel.id;
  }

  private async lift(tx: Tx, { kind, subjectId }: Override, because: string): Promise<void> {
    if (kind === 'parcel-lane') return this.releaseParcel(tx, subjectId, because);
    const table = kind === 'point-safe' ? 'conveyor_points' : 'lanes';
    const found = await row<{ code: string }>(
      tx,
      `select code from ${table} where site_id = $1 and id = $2 for update`,
      [tx.siteId, subjectId],
    );
    const subject = found!.code;
    if (kind !== 'point-safe') {
      await this.lanes.order(tx, subject, { word: 'by-itself', reason: because, expiresAt: null });
      return;
    }
    await rows(tx, 'update conveyor_points set forced_safe = null where site_id = $1 and id = $2', [
      tx.siteId,
      subjectId,
    ]);
    await closeOverrides(tx, { kind, subjectId, subject }, because);
    await this.routes.tellPoint(tx, subject);
  }

  /** A parcel that is still on its way goes where the rules send it; one that arrived is left where it is. */
  private async releaseParcel(tx: Tx, parcelId: string, because: string): Promise<void> {
    const parcel = await this.parcels.lock(tx, parcelId);
    const of = { kind: 'parcel-lane', subjectId: parcelId, subject: parcel?.sscc ?? '?' } as const;
    await closeOverrides(tx, of, because);
    const pinned = await row(
      tx,
      'select 1 from routes where site_id = $1 and parcel_id = $2 and active and pinned',
      [tx.siteId, parcelId],
    );
    if (parcel && pinned) await this.routes.setRoute(tx, parcel);
  }
}
