import { Injectable } from '@nestjs/common';
import type { FlowSettings } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { USUAL_SETTINGS } from './flow-settings.js';
import { type DutyChange, type LaneLoad, rebalanceLanes, type ServiceLoad } from './rebalance-lanes.js';
import { RoutesService } from './routes.service.js';

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
    const { carrier, service, toLaneId, fromLaneId, because } = change;
    const taken = await row(
      tx,
      `insert into lane_duties as d (site_id, id, carrier_code, service, lane_id, since, because)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (site_id, carrier_code, service) do update
         set lane_id = excluded.lane_id, since = excluded.since, because = excluded.because
         where d.lane_id <> excluded.lane_id
       returning id`,
      [tx.siteId, newId(), carrier, service, toLaneId, tx.at, because],
    );
    if (!taken) return;
    const parcels = await this.routes.moveRoutes(tx, { carrier, service });
    const [from, to] = [codeOf.get(fromLaneId)!, codeOf.get(toLaneId)!];
    const data = { carrier, service, from, to, because, parcels };
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
  const found = await rows<Omit<ServiceLoad, 'duty'> & { dutyLaneId: string | null; dutySince: Date | null }>(
    tx,
    `select a.carrier_code as carrier, a.service, coalesce(w.parcels, 0)::int as parcels, w.cut_off_at as "cutOffAt",
       json_agg(json_build_object('laneId', a.lane_id, 'rank', a.rank) order by a.rank, a.lane_id) as lanes,
       d.lane_id as "dutyLaneId", d.since as "dutySince"
     from lane_assignments a
     left join lane_duties d on d.site_id = a.site_id and d.carrier_code = a.carrier_code and d.service = a.service
     left join (
       select p.carrier_code, p.service, count(*) as parcels, min(o.cut_off_at) as cut_off_at
       from routes r join parcels p on p.site_id = r.site_id and p.id = r.parcel_id
       join orders o on o.site_id = p.site_id and o.id = p.order_id
       where r.site_id = $1 and r.active group by 1, 2) w on w.carrier_code = a.carrier_code and w.service = a.service
     where a.site_id = $1
     group by a.carrier_code, a.service, w.parcels, w.cut_off_at, d.lane_id, d.since
     order by a.carrier_code, a.service`,
    [tx.siteId],
  );
  return found.map(({ dutyLaneId, dutySince, ...load }) => ({
    ...load,
    duty: dutyLaneId && dutySince ? { laneId: dutyLaneId, since: dutySince } : null,
  }));
}
