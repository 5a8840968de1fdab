import { Injectable } from '@nestjs/common';
import type { FlowSettings } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { CUT_OFF_TIME } from './edge-table.queries.js';
import { USUAL_SETTINGS } from './flow-settings.js';
import { type DutyChange, type LaneLoad, rebalanceLanes, type ServiceLoad } from './rebalance-lanes.js';
import { RoutesService } from './routes.service.js';
import { type DutyOf, loadsByTruck, type Takes, type Waiting } from './service-loads.js';

/** Lanes change their carrier services while parcels are on their way; each change is explained and stays on record. */
@Injectable()
export class RebalancingService {
  constructor(
    private readonly db: Database,
    private readonly routes: RoutesService,
  ) {}

  settings(): Promise<FlowSettings> {
    return this.db.transaction((tx) => settingsOf(tx));
  }

  /** Replaces what the site set; routes that exist keep the tolerances they were made with. */
  setSettings(settings: FlowSettings): Promise<FlowSettings> {
    return this.db.transaction(async (tx) => {
      await rows(
        tx,
        `insert into flow_settings (site_id, settings, set_at, set_by) values ($1, $2, $3, $4)
         on conflict (site_id) do update set settings = excluded.settings, set_at = excluded.set_at, set_by = excluded.set_by`,
        [tx.siteId, JSON.stringify(settings), tx.at, tx.actorName],
      );
      const data = { settings: { ...settings } };
      await addEvent(tx, { type: 'flow.settings-changed', aggregateId: newId(), data });
      return settings;
    });
  }

  /** Looks at all lanes and carrier services and moves those that should be moved. @returns what changed */
  rebalance(): Promise<DutyChange[]> {
    return this.db.transaction(async (tx) => {
      const settings = await settingsOf(tx);
      if (!settings.rebalancing) return [];
      const lanes = await laneLoads(tx);
      const services = await serviceLoads(tx);
      const changes = rebalanceLanes(services, lanes, tx.at, settings);
      const codeOf = new Map(lanes.map(({ id, code }) => [id, code]));
      for (const change of changes) await this.move(tx, change, codeOf);
      return changes;
    });
  }

  /** Another process may have come first with the same change: then the duty stands already. */
  private async move(tx: Tx, change: DutyChange, codeOf: ReadonlyMap<string, string>): Promise<void> {
    const { carrier, service, truck, toLaneId, fromLaneId, because } = change;
    const taken = await row(
      tx,
      `insert into lane_duties as d (site_id, id, carrier_code, service, cut_off_time, lane_id, since, because)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (site_id, carrier_code, service, cut_off_time) do update
         set lane_id = excluded.lane_id, since = excluded.since, because = excluded.because
         where d.lane_id <> excluded.lane_id
       returning id`,
      [tx.siteId, newId(), carrier, service, truck ?? '', toLaneId, tx.at, because],
    );
    if (!taken) return;
    const parcels = await this.routes.moveRoutes(tx, { carrier, service, truck });
    const [from, to] = [codeOf.get(fromLaneId)!, codeOf.get(toLaneId)!];
    const data = { carrier, service, truck, from, to, because, parcels };
    await addEvent(tx, { type: 'flow.duty-changed', aggregateId: toLaneId, data });
  }
}

async function settingsOf(tx: Tx): Promise<FlowSettings> {
  const found = await row<{ settings: Partial<FlowSettings> }>(
    tx,
    'select settings from flow_settings where site_id = $1',
    [tx.siteId],
  );
  return { ...USUAL_SETTINGS, ...found?.settings };
}

function laneLoads(tx: Tx): Promise<LaneLoad[]> {
  return rows(
    tx,
    `select l.id, l.code, l.closed, l.fill, l.fill_since as "fillSince", l.forced_open as "forcedOpen", l.capacity,
       (select count(*) from parcels p where p.site_id = l.site_id and p.state = 'diverted' and p.actual_lane_id = l.id)::int
         as lying
     from lanes l where l.site_id = $1 and l.kind = 'ship' order by l.code`,
    [tx.siteId],
  );
}

async function serviceLoads(tx: Tx): Promise<ServiceLoad[]> {
  const takes = await rows<Takes>(
    tx,
    `select carrier_code as carrier, service, lane_id as "laneId", rank, cut_off_time as "cutOffTime" from lane_assignments
     where site_id = $1 order by carrier_code, service, rank, lane_id`,
    [tx.siteId],
  );
  const waiting = await rows<Waiting>(
    tx,
    `select p.carrier_code as carrier, p.service, ${CUT_OFF_TIME} as "cutOff", count(*)::int as parcels,
       min(o.cut_off_at) as "cutOffAt"
     from routes r join parcels p on p.site_id = r.site_id and p.id = r.parcel_id
     join orders o on o.site_id = p.site_id and o.id = p.order_id
     join sites s on s.id = r.site_id
     where r.site_id = $1 and r.active group by 1, 2, 3`,
    [tx.siteId],
  );
  const duties = await rows<DutyOf>(
    tx,
    `select carrier_code as carrier, service, nullif(cut_off_time, '') as truck, lane_id as "laneId", since
     from lane_duties where site_id = $1`,
    [tx.siteId],
  );
  return loadsByTruck(takes, waiting, duties);
}
