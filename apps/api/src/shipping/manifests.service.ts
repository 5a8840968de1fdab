import { Injectable } from '@nestjs/common';
import { type ManifestView, manifestStates } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { takeCount } from '../platform/number-ranges.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import './shipping.events.js';

const machine = { table: 'manifests', states: manifestStates, noun: 'manifest' };

interface ManifestRow {
  id: string;
  number: string;
  carrier: string;
  service: string;
  state: string;
}

const MANIFEST = 'id, number, carrier_code as carrier, service, state';

/** What is declared to a carrier: one open manifest per carrier service, closed at its cut-off, by hand, or when its truck leaves. */
@Injectable()
export class ManifestsService {
  constructor(private readonly db: Database) {}

  list(): Promise<ManifestView[]> {
    return this.db.transaction((tx) => manifestViews(tx));
  }

  /** Declares a parcel on the open manifest of its carrier service; one that is declared already stays where it is. @returns the manifest's number */
  async declare(
    tx: Tx,
    parcel: { id: string; carrierCode: string; service: string; manifestId: string | null },
  ): Promise<number> {
    if (parcel.manifestId !== null) {
      const known = await row<{ number: string }>(
        tx,
        'select number from manifests where site_id = $1 and id = $2',
        [tx.siteId, parcel.manifestId],
      );
      return Number(known!.number);
    }
    const manifest = await this.openFor(tx, parcel.carrierCode, parcel.service);
    await rows(
      tx,
      'update parcels set manifest_id = $3 where site_id = $1 and id = $2 and manifest_id is null',
      [tx.siteId, parcel.id, manifest.id],
    );
    return Number(manifest.number);
  }

  /** Closes a manifest by hand before its cut-off. */
  closeManifest(id: string): Promise<ManifestView> {
    return this.db.transaction(async (tx) => {
      const manifest = await this.lock(tx, id);
      if (manifest.state === 'open')
        await this.close(tx, manifest, ['staged', 'loaded', 'shipped'], 'closed by hand');
      await this.transmitShipped(tx);
      return (await manifestViews(tx)).find((each) => each.id === id)!;
    });
  }

  /** Closes the manifests whose cut-off has passed. @returns how many */
  closeDue(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const due = await rows<ManifestRow>(
        tx,
        `select ${MANIFEST} from manifests where site_id = $1 and state = 'open' and cut_off_at <= $2 order by id for update`,
        [tx.siteId, tx.at],
      );
      for (const manifest of due) await this.close(tx, manifest, ['staged', 'loaded', 'shipped'], 'cut-off');
      await this.transmitShipped(tx);
      return due.length;
    });
  }

  /**
   * The truck with these manifests' parcels leaves: they are closed with what is shipped, and told to the carrier. What stays behind
   * goes on the next manifest.
   */
  async departed(tx: Tx, manifestIds: readonly string[]): Promise<void> {
    const left = await rows<ManifestRow>(
      tx,
      `select ${MANIFEST} from manifests where site_id = $1 and id = any($2::uuid[]) order by id for update`,
      [tx.siteId, manifestIds],
    );
    for (const manifest of left) {
      if (manifest.state === 'transmitted') continue;
      await this.close(tx, manifest, ['shipped'], 'departure');
    }
    await this.transmitShipped(tx);
  }

  private async lock(tx: Tx, id: string): Promise<ManifestRow> {
    const manifest = await row<ManifestRow>(
      tx,
      `select ${MANIFEST} from manifests where site_id = $1 and id = $2 for update`,
      [tx.siteId, id],
    );
    if (!manifest)
      throw new Refusal('shipping.unknown-manifest', 'There is no such manifest.', { status: 404 });
    return manifest;
  }

  /** Parcels in none of the states that stay are declared on the next manifest instead. */
  private async close(
    tx: Tx,
    manifest: ManifestRow,
    stay: readonly string[],
    because: string,
  ): Promise<void> {
    if (manifest.state === 'open') {
      await move(tx, machine, manifest.id, 'closed');
      await rows(tx, 'update manifests set closed_at = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        manifest.id,
        tx.at,
      ]);
      const { carrier, service } = manifest;
      await addEvent(tx, {
        type: 'shipping.manifest-closed',
        aggregateId: manifest.id,
        data: { number: Number(manifest.number), carrier, service, because },
      });
    }
    const behind = await rows<{ id: string; state: string }>(
      tx,
      `select id, state from parcels where site_id = $1 and manifest_id = $2 and not (state = any($3::text[])) order by id for update`,
      [tx.siteId, manifest.id, stay],
    );
    if (behind.length === 0) return;
    const going = behind.some(({ state }) => state !== 'cancelled');
    const next = going ? await this.openFor(tx, manifest.carrier, manifest.service) : null;
    await rows(
      tx,
      `update parcels set manifest_id = case when state = 'cancelled' then null else $3::uuid end
       where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, behind.map(({ id }) => id), next?.id ?? null],
    );
  }

  /** Tells the carrier of closed manifests whose parcels have all left. The built-in carrier takes them at once. */
  private async transmitShipped(tx: Tx): Promise<void> {
    const told = await rows<ManifestRow & { parcels: number }>(
      tx,
      `update manifests m set state = 'transmitted', transmitted_at = $2
       where m.site_id = $1 and m.state = 'closed' and not exists (
         select 1 from parcels p where p.site_id = m.site_id and p.manifest_id = m.id and p.state <> 'shipped')
       returning m.id, m.number, m.carrier_code as carrier, m.service, m.state,
         (select count(*)::int from parcels p where p.site_id = m.site_id and p.manifest_id = m.id) as parcels`,
      [tx.siteId, tx.at],
    );
    for (const { id, number, carrier, parcels } of told) {
      const data = { number: Number(number), carrier, parcels };
      await addEvent(tx, { type: 'shipping.manifest-transmitted', aggregateId: id, data });
    }
  }

  private async openFor(tx: Tx, carrier: string, service: string): Promise<ManifestRow> {
    const find = () =>
      row<ManifestRow>(
        tx,
        `select ${MANIFEST} from manifests where site_id = $1 and carrier_code = $2 and service = $3 and state = 'open' for share`,
        [tx.siteId, carrier, service],
      );
    const open = await find();
    if (open) return open;
    const number = await takeCount(tx, 'manifest');
    const id = newId();
    const created = await row<ManifestRow>(
      tx,
      `insert into manifests (site_id, id, number, carrier_code, service, state, cut_off_at)
       select $1, $2, $3, $4, $5, 'open', coalesce(
         (select case when c.today > $6 then c.today else c.tomorrow end from (
            select ((($6::timestamptz at time zone s.timezone)::date + v.cut_off_time::time) at time zone s.timezone) as today,
              ((($6::timestamptz at time zone s.timezone)::date + 1 + v.cut_off_time::time) at time zone s.timezone) as tomorrow
            from carrier_services v join sites s on s.id = v.site_id
            where v.site_id = $1 and v.carrier_code = $4 and v.service = $5) c),
         $6::timestamptz + interval '1 day')
       on conflict do nothing returning ${MANIFEST}`,
      [tx.siteId, id, number, carrier, service, tx.at],
    );
    if (!created) return (await find())!; // another parcel opened it a moment ago
    await addEvent(tx, {
      type: 'shipping.manifest-opened',
      aggregateId: id,
      data: { number, carrier, service },
    });
    return created;
  }
}

/** Manifests of today and all that are not transmitted, the next cut-off first. */
async function manifestViews(tx: Tx): Promise<ManifestView[]> {
  const found = await rows<Omit<ManifestView, 'cutOffAt' | 'number'> & { cutOffAt: Date; number: string }>(
    tx,
    `select m.id, m.number, m.carrier_code as carrier, m.service, m.state, m.cut_off_at as "cutOffAt",
       count(p.id)::int as "parcelCount",
       count(p.id) filter (where p.state in ('staged', 'loaded', 'shipped'))::int as "stagedCount",
       count(p.id) filter (where p.state in ('loaded', 'shipped'))::int as "loadedCount"
     from manifests m left join parcels p on p.site_id = m.site_id and p.manifest_id = m.id
     where m.site_id = $1 and (m.state <> 'transmitted' or m.transmitted_at > $2::timestamptz - interval '1 day')
     group by m.site_id, m.id order by m.cut_off_at, m.number limit 200`,
    [tx.siteId, tx.at],
  );
  return found.map((each) => ({
    ...each,
    number: Number(each.number),
    cutOffAt: each.cutOffAt.toISOString(),
  }));
}
