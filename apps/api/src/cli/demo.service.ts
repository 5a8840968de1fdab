import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { encodeHouseCode } from '#lib/barcodes';
import type { RoleName } from '#lib/contracts';
import { hashSecret } from '../access/password.js';
import { PeopleService } from '../access/people.service.js';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { PutAwayService } from '../receiving/put-away.service.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { ImportRefused, ImportService } from './import/import.service.js';
import { checkSchema } from './import/read-plan.js';
import { peopleSchema, stockSchema } from './import/schemas.js';
import { readCsv, readYaml, type Source, type SourceFault } from './import/source.js';

interface PeopleFile {
  office: { name: string; email: string; password: string; roles: RoleName[] }[];
  floor: { name: string; badge: string; pin: string; language?: string }[];
}

interface StockLine {
  merchantCode: string;
  sku: string;
  quantity: string;
  lot?: string;
  expiresOn?: string;
}

/** Any number without a common factor with the number of pick faces spreads the goods over the whole building. */
const SPREAD = 379;
const LINES_PER_TRUCK = 20;
/** Trucks unloaded side by side: their commits share the disk's syncs. */
const DOCKS = 12;

/** The demo: a whole site with people and goods, made through the same services as a real one. Repeating it adds nothing. */
@Injectable()
export class DemoService {
  constructor(
    private readonly db: Database,
    private readonly imports: ImportService,
    private readonly people: PeopleService,
    private readonly modules: ModuleRef,
  ) {}

  // Nobody above receiving calls it, so its module exports nothing; a command may look it up.
  private get receiving(): ReceivingService {
    return this.modules.get(ReceivingService, { strict: false });
  }

  private get putAways(): PutAwayService {
    return this.modules.get(PutAwayService, { strict: false });
  }

  /** @returns one line that says how to sign in */
  async fill(dir: string): Promise<string> {
    const { siteId } = await this.imports.importDirectory(dir);
    const faults: SourceFault[] = [];
    const peopleFile = await checked(
      await readYaml(join(dir, 'people.yaml'), 'people.yaml', faults),
      peopleSchema,
      faults,
    );
    const stockFile = await checked(
      await readCsv(join(dir, 'stock.csv'), 'stock.csv', faults),
      stockSchema,
      faults,
    );
    const people = peopleFile as PeopleFile;
    await asSystem('demo', siteId, async () => {
      await this.employ(people);
      await this.stock(stockFile as StockLine[]);
    });
    const [office] = people.office;
    const [floor] = people.floor;
    return `Sign in: ${office!.email} / ${office!.password} (handhelds at /floor: badge ${floor!.badge}, PIN ${floor!.pin})`;
  }

  private async employ({ office, floor }: PeopleFile): Promise<void> {
    const known = await this.db.transaction(async (tx) => {
      const found = await rows<{ key: string }>(tx, 'select coalesce(badge, email) as key from people');
      return new Set(found.map(({ key }) => key));
    });
    // The demo's PINs are printed in a file for everybody, so people who share one may share its hash as well.
    const hashes = new Map<string, Promise<string>>();
    const hashed = (secret: string) => {
      if (!hashes.has(secret)) hashes.set(secret, hashSecret(secret));
      return hashes.get(secret)!;
    };
    for (const { name, email, password, roles } of office) {
      if (known.has(email)) continue;
      const passwordHash = await hashed(password);
      await this.db.transaction((tx) =>
        this.people.insert(tx, { id: newId(), name, email, roles, passwordHash, pinHash: null }),
      );
    }
    for (const { name, badge, pin, language } of floor) {
      if (known.has(badge)) continue;
      const pinHash = await hashed(pin);
      await this.db.transaction((tx) =>
        this.people.insert(tx, {
          id: newId(),
          name,
          badge,
          language,
          roles: ['operator'],
          passwordHash: null,
          pinHash,
        }),
      );
    }
  }

  /** Receipts as trucks bring them; each line is received and put away at a place of its own. What a killed run left is finished. */
  private async stock(lines: readonly StockLine[]): Promise<void> {
    const places = await this.places();
    const trucks = truckloads(lines).values();
    const dock = async () => {
      for (const truck of trucks) await this.unload(truck, places);
    };
    await Promise.all(Array.from({ length: DOCKS }, dock));
  }

  private async unload({ merchantCode, reference, lines }: Truckload, places: string[]): Promise<void> {
    const { receipt } = await this.receiving.announceReceipt({
      merchantCode,
      reference,
      lines: lines.map(({ line }) => ({ ...lotOf(line), sku: line.sku, quantity: Number(line.quantity) })),
    });
    if (receipt.state === 'closed') return;
    for (const { line, at } of lines) await this.bringIn(receipt.id, line, { at, places });
    await this.receiving.closeReceipt(receipt.id);
  }

  private async bringIn(
    receiptId: string,
    line: StockLine,
    { at, places }: { at: number; places: string[] },
  ): Promise<void> {
    const { sku, quantity, merchantCode } = line;
    // Made from the line, so that a second run is the same event and books nothing.
    const eventId = uuidOf(`demo receipt ${merchantCode} ${sku} ${at}`);
    await this.receiving.receiveGoods(receiptId, {
      ...lotOf(line),
      eventId,
      sku,
      quantity: Number(quantity),
    });
    const open = await this.db.transaction((tx) =>
      rows<{ id: string }>(
        tx,
        `select p.id from put_aways p join items i on i.id = p.item_id join merchants m on m.id = i.merchant_id
         where p.site_id = $1 and m.code = $2 and i.sku = $3 and p.state = 'ready'`,
        [tx.siteId, merchantCode, sku],
      ),
    );
    for (const { id } of open) {
      await this.putAways.confirmPutAway(id, {
        eventId: uuidOf(`demo put-away ${id}`),
        itemScan: encodeHouseCode('item', sku),
        locationScan: encodeHouseCode('location', places[(at * SPREAD) % places.length]!),
      });
    }
  }

  private async places(): Promise<string[]> {
    return this.db.transaction(async (tx) => {
      const found = await rows<{ code: string }>(
        tx,
        `select code from locations where site_id = $1 and type = 'pick-face' order by code`,
        [tx.siteId],
      );
      if (found.length === 0) throw new ImportRefused('The demo has no pick face to put its goods into.');
      return found.map(({ code }) => code);
    });
  }
}

interface Truckload {
  merchantCode: string;
  reference: string;
  lines: { line: StockLine; at: number }[];
}

/** The lines of one merchant after the other, at most {@link LINES_PER_TRUCK} on a receipt. */
function truckloads(lines: readonly StockLine[]): Truckload[] {
  const trucks: Truckload[] = [];
  for (const merchantCode of new Set(lines.map((each) => each.merchantCode))) {
    const own = lines.flatMap((line, at) => (line.merchantCode === merchantCode ? [{ line, at }] : []));
    for (let first = 0; first < own.length; first += LINES_PER_TRUCK) {
      const reference = `DEMO-${merchantCode}-${first / LINES_PER_TRUCK + 1}`;
      trucks.push({ merchantCode, reference, lines: own.slice(first, first + LINES_PER_TRUCK) });
    }
  }
  return trucks;
}

function lotOf({ lot, expiresOn }: StockLine): { lot?: string; expiresOn?: string } {
  return { ...(lot ? { lot } : {}), ...(expiresOn ? { expiresOn } : {}) };
}

/** A UUID that is always the same for the same name (version 8: made by ourselves). */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function checked(source: Source | null, schema: object, faults: SourceFault[]): Promise<unknown> {
  if (source) checkSchema(source, schema, faults);
  if (faults.length === 0) return source!.value;
  throw new ImportRefused(faults.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'));
}
