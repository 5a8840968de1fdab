import { Injectable } from '@nestjs/common';
import type { Page } from '#lib/contracts';
import { affected, Database, row } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import './sites.events.js';
import {
  type CarrierServiceView,
  type CartonTypeView,
  type ContainerView,
  carrierServiceList,
  cartList,
  cartonTypeList,
  containerPage,
  type LayoutView,
  type LocationFilter,
  type LocationView,
  layoutView,
  locationPage,
  type SiteView,
  type StationSummary,
  siteView,
  stationList,
} from './sites.queries.js';

export type LocationQuery = Omit<LocationFilter, 'after' | 'limit'>;

export interface PageQuery {
  cursor?: string;
  limit?: number;
}

const PAGE_DEFAULT = 100;

/** The building: zones, locations, stations, carts, containers, cartons, carrier services. */
@Injectable()
export class SitesService {
  constructor(private readonly db: Database) {}

  site(): Promise<SiteView> {
    return this.db.transaction(siteView);
  }

  locations(
    filter: LocationQuery,
    { cursor = '', limit = PAGE_DEFAULT }: PageQuery,
  ): Promise<Page<LocationView>> {
    return this.db.transaction(async (tx) => {
      const items = await locationPage(tx, { ...filter, after: cursor, limit });
      return { items, next: items.length === limit ? items.at(-1)!.code : null };
    });
  }

  stations(): Promise<StationSummary[]> {
    return this.db.transaction(stationList);
  }

  layout(): Promise<LayoutView> {
    return this.db.transaction(layoutView);
  }

  carts(): Promise<{ code: string; slots: number }[]> {
    return this.db.transaction(cartList);
  }

  containers({ cursor = '', limit = PAGE_DEFAULT }: PageQuery): Promise<Page<ContainerView>> {
    return this.db.transaction(async (tx) => {
      const items = await containerPage(tx, cursor, limit);
      return { items, next: items.length === limit ? items.at(-1)!.lpn : null };
    });
  }

  cartonTypes(): Promise<CartonTypeView[]> {
    return this.db.transaction(cartonTypeList);
  }

  carrierServices(): Promise<CarrierServiceView[]> {
    return this.db.transaction(carrierServiceList);
  }

  /** Blocks a location (nothing is planned there any more) or frees it. What is reserved there already stays reserved. */
  async block(code: string, blocked: boolean): Promise<void> {
    await this.db.transaction(async (tx) => {
      const location = await row<{ id: string; blocked: boolean }>(
        tx,
        'select id, blocked from locations where site_id = $1 and code = $2 for update',
        [tx.siteId, code],
      );
      if (!location)
        throw new Refusal('sites.unknown-location', `There is no location ${code}.`, {
          status: 404,
          facts: { location: code },
        });
      if (location.blocked === blocked) return;
      await affected(tx, 'update locations set blocked = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        location.id,
        blocked,
      ]);
      const data = { location: code, blocked };
      await addEvent(tx, { type: 'sites.location-blocked-changed', aggregateId: location.id, data });
    });
  }
}
