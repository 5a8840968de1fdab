import { Injectable } from '@nestjs/common';
import type { ConfigurePutWall, PutWallView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { type FieldError, Refusal } from '../platform/refusal.js';
import { SiteSetup } from '../sites/site-setup.service.js';
import { wallOf, wallView } from './put-wall.queries.js';
import './picking.events.js';

/** Put walls as an administrator sets them up. */
@Injectable()
export class PutWallSetupService {
  constructor(
    private readonly db: Database,
    private readonly setup: SiteSetup,
  ) {}

  /** The wall has these slots from now on, all or nothing. A slot in use can't be taken away; plates of totes are none of a slot's. */
  async configure(code: string, body: ConfigurePutWall): Promise<PutWallView> {
    return this.db.transaction(async (tx) => {
      // The step that gives slots to orders locks the walls as well: none is given away meanwhile.
      await rows(
        tx,
        `select 1 from stations where site_id = $1 and kind = 'put-wall' order by id for no key update`,
        [tx.siteId],
      );
      await this.putStation(tx, code, body);
      const wall = await wallOf(tx, code);
      await refuseFaults(tx, wall.id, body);
      const plates = body.slots.map((slot) => slot.code);
      const inUse = await rows<{ lpn: string }>(
        tx,
        `select c.lpn from put_wall_slots w join containers c on c.site_id = w.site_id and c.id = w.id
         where w.site_id = $1 and w.station_id = $2 and c.lpn <> all($3::text[]) and (c.state <> 'empty' or exists
           (select 1 from run_slots s where s.site_id = c.site_id and s.container_id = c.id
              and s.state in ('open', 'picked', 'dropped', 'packing'))) order by c.lpn`,
        [tx.siteId, wall.id, plates],
      );
      if (inUse.length > 0) {
        const slots = inUse.map(({ lpn }) => lpn).join(', ');
        throw new Refusal('picking.slots-in-use', `Orders have these slots: ${slots}.`, { facts: { slots } });
      }
      // All places are free while slots change theirs.
      await affected(
        tx,
        `delete from put_wall_slots w using containers c where w.site_id = $1 and w.station_id = $2 and c.site_id = w.site_id
           and c.id = w.id`,
        [tx.siteId, wall.id],
      );
      const slots = body.slots.map((slot) => ({ ...slot, light: slot.light ?? null }));
      await this.setup.putWalls(tx, [{ station: code, slots }]);
      const data = { station: code, slots: slots.length };
      await addEvent(tx, { type: 'picking.put-wall-changed', aggregateId: wall.id, data });
      return wallView(tx, wall);
    });
  }

  private async putStation(tx: Tx, code: string, body: ConfigurePutWall): Promise<void> {
    const { name = null, xMm = null, yMm = null } = body;
    const known = await row<{ kind: string }>(
      tx,
      `select kind from stations where site_id = $1 and code = $2 for no key update`,
      [tx.siteId, code],
    );
    if (known && known.kind !== 'put-wall')
      throw new Refusal('picking.not-a-wall', `${code} is a ${known.kind}.`, {
        status: 422,
        facts: { station: code },
      });
    await affected(
      tx,
      `insert into stations (site_id, id, code, kind, name, x_mm, y_mm)
       values ($1, $2, $3, 'put-wall', coalesce($4, $3), coalesce($5, 0), coalesce($6, 0))
       on conflict (site_id, code) do update set name = coalesce($4, stations.name), x_mm = coalesce($5, stations.x_mm),
         y_mm = coalesce($6, stations.y_mm)`,
      [tx.siteId, newId(), code, name, xMm, yMm],
    );
  }
}

/** Everything that is wrong with the slots at once. */
async function refuseFaults(tx: Tx, wallId: string, { slots }: ConfigurePutWall): Promise<void> {
  const taken = await rows<{ code: string; type: string; wallId: string | null }>(
    tx,
    `select c.lpn as code, c.type, w.station_id as "wallId" from containers c
     left join put_wall_slots w on w.site_id = c.site_id and w.id = c.id where c.site_id = $1 and c.lpn = any($2::text[])`,
    [tx.siteId, slots.map(({ code }) => code)],
  );
  const lights = slots.flatMap(({ light }) => light?.device ?? []);
  const devices = await rows<{ code: string }>(
    tx,
    `select code from devices where site_id = $1 and code = any($2::text[])`,
    [tx.siteId, lights],
  );
  const known = new Map(taken.map((each) => [each.code, each]));
  const lit = new Set(devices.map(({ code }) => code));
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const [at, { code, row: rowNo, column, light }] of slots.entries()) {
    const other = known.get(code);
    const place = `row ${rowNo}, column ${column}`;
    const fault = (field: string, message: string) => faults.push({ field: `slots.${at}.${field}`, message });
    if (seen.has(code)) fault('code', `${code} is there twice`);
    if (seen.has(place)) fault('row', `${place} is there twice`);
    if (other && other.type !== 'slot') fault('code', `${code} is a ${other.type}`);
    if (other?.wallId && other.wallId !== wallId) fault('code', `${code} belongs to another put wall`);
    if (light && !lit.has(light.device)) fault('light', `there is no device ${light.device}`);
    seen.add(code).add(place);
  }
  if (faults.length === 0) return;
  const detail = faults.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new Refusal('picking.bad-put-wall', detail, { status: 422, errors: faults });
}
