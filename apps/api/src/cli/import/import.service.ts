import { Injectable } from '@nestjs/common';
import type { NewItem } from '#lib/contracts';
import { CatalogService, type ItemResult } from '../../catalog/catalog.service.js';
import { DevicesService } from '../../devices/devices.service.js';
import { LanePlanService } from '../../flow-control/lane-plan.service.js';
import { MerchantsService } from '../../merchants/merchants.service.js';
import { asSystem } from '../../platform/context.js';
import { Database, row, type Tx } from '../../platform/database.service.js';
import { SiteSetup } from '../../sites/site-setup.service.js';
import { type ImportPlan, lanePlanOf } from './plan.js';
import { putWaves } from './put-waves.js';
import { readPlan } from './read-plan.js';

/** The directory can't be imported; the message names every fault with file and line. */
export class ImportRefused extends Error {}

export interface Imported {
  siteId: number;
  siteCode: string;
  counts: Record<string, number>;
}

/** Imports a site from files: in one transaction, so that a fault anywhere changes nothing; again, and nothing more happens. */
@Injectable()
export class ImportService {
  constructor(
    private readonly db: Database,
    private readonly setup: SiteSetup,
    private readonly devices: DevicesService,
    private readonly merchants: MerchantsService,
    private readonly catalog: CatalogService,
    private readonly lanePlan: LanePlanService,
  ) {}

  /** @throws ImportRefused */
  async importDirectory(dir: string): Promise<Imported> {
    const { plan, faults } = await readPlan(dir);
    if (faults.length > 0 || !plan) {
      throw new ImportRefused(
        faults.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'),
      );
    }
    const siteCode = plan.site.site.code;
    const siteId = await asSystem('import', null, () => this.db.transaction((tx) => siteIdOf(tx, siteCode)));
    await asSystem('import', siteId, () => this.db.transaction((tx) => this.write(tx, plan)));
    return { siteId, siteCode, counts: countsOf(plan) };
  }

  private async write(tx: Tx, plan: ImportPlan): Promise<void> {
    await this.setup.putBuilding(tx, plan.site);
    await this.devices.register(tx, plan.devices);
    await this.setup.putWalls(tx, plan.site.putWalls);
    await this.setup.putConveyor(tx, plan.site);
    await this.lanePlan.bring(tx, lanePlanOf(plan.site));
    await putWaves(tx, plan.waves);
    await this.merchants.put(
      tx,
      plan.merchants.map((each) => ({ ...each, settings: {} })),
    );
    const ids = await this.merchants.idsByCode(
      tx,
      plan.merchants.map(({ code }) => code),
    );
    const results = await this.catalog.putItems(
      tx,
      plan.items.map((item: NewItem, at) => ({
        row: at + 2,
        merchantId: ids.get(item.merchantCode!)!,
        item,
      })),
    );
    refuseRefusedRows(results);
  }
}

/** A barcode may be taken by an item that was there before: the only fault that the files alone don't show. */
function refuseRefusedRows(results: readonly ItemResult[]): void {
  const refused = results.flatMap((each) =>
    each.status === 'refused' ? [`items.csv:${each.row}: ${each.detail}`] : [],
  );
  if (refused.length > 0) throw new ImportRefused(refused.join('\n'));
}

async function siteIdOf(tx: Tx, code: string): Promise<number> {
  const known = await row<{ id: number }>(tx, 'select id from sites where code = $1', [code]);
  if (known) return known.id;
  const next = await row<{ id: number }>(tx, 'select coalesce(max(id), 0) + 1 as id from sites');
  return next!.id;
}

function countsOf({ site, devices, merchants, items }: ImportPlan): Record<string, number> {
  const { locations, stations, carts, totes, lanes } = site;
  return {
    locations: locations.length,
    stations: stations.length,
    carts: carts.length,
    totes: totes.length,
    lanes: lanes.length,
    devices: devices.length,
    merchants: merchants.length,
    items: items.length,
  };
}
