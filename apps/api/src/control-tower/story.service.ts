import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import type { StoryStep, StoryView } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { textOf, textOfReading } from './story-texts.js';

/** By what a story is asked for: one of them. */
export interface StoryOf {
  parcel?: string;
  order?: string;
  /** Whatever is at hand: SSCC, tracking number (also of a void label), order reference. */
  code?: string;
}

type Head = Omit<StoryView, 'steps'> & { parcelId: string | null };

const STEPS_MAX = 1000;

/** The way of one order or parcel, told from its events and from what devices said. */
@Injectable()
export class StoryService {
  constructor(private readonly db: Database) {}

  /** @throws Refusal when nothing has that name */
  story(of: StoryOf): Promise<StoryView> {
    return this.db.transaction(async (tx) => {
      const { orderId, parcelId } = await this.find(tx, of);
      const head = await this.head(tx, orderId, parcelId);
      const told = await this.eventSteps(tx, orderId, head.parcelId);
      const said = head.parcelId ? await this.readingSteps(tx, head.parcelId) : [];
      const steps = [...told, ...said].sort((one, two) => (one.at < two.at ? -1 : one.at > two.at ? 1 : 0));
      const { parcelId: _parcelId, ...view } = head;
      return { ...view, steps };
    });
  }

  private async find(
    tx: Tx,
    { parcel, order, code }: StoryOf,
  ): Promise<{ orderId: string; parcelId: string | null }> {
    const found = parcel
      ? await row<{ orderId: string; parcelId: string }>(
          tx,
          'select order_id as "orderId", id as "parcelId" from parcels where site_id = $1 and id = $2',
          [tx.siteId, parcel],
        )
      : order
        ? await row<{ orderId: string; parcelId: null }>(
            tx,
            'select id as "orderId", null as "parcelId" from orders where site_id = $1 and id = $2',
            [tx.siteId, order],
          )
        : await this.findByCode(tx, code ?? '');
    if (found) return found;
    throw new Refusal('tower.no-story', 'Nothing here has that name.', { status: 404 });
  }

  private async findByCode(
    tx: Tx,
    code: string,
  ): Promise<{ orderId: string; parcelId: string | null } | null> {
    const { value, data } = identifyScan(code.trim());
    const names = [...new Set([value, data, code.trim()])];
    const parcel = await row<{ orderId: string; parcelId: string }>(
      tx,
      `select order_id as "orderId", id as "parcelId" from parcels
       where site_id = $1 and (sscc = any($2::text[]) or tracking_number = any($2::text[]))
       union all
       select p.order_id, p.id from labels l join parcels p on p.site_id = l.site_id and p.id = l.parcel_id
       where l.site_id = $1 and l.tracking_number = any($2::text[]) limit 1`,
      [tx.siteId, names],
    );
    if (parcel) return parcel;
    return row(
      tx,
      `select id as "orderId", null::uuid as "parcelId" from orders
       where site_id = $1 and external_ref = any($2::text[]) order by received_at desc limit 1`,
      [tx.siteId, names],
    );
  }

  private async head(tx: Tx, orderId: string, parcelId: string | null): Promise<Head> {
    const order = await row<Omit<Head, 'parcel' | 'parcelId'>>(
      tx,
      `select o.id as "orderId", o.external_ref as "externalRef", m.code as "merchantCode", o.state as "orderState"
       from orders o join merchants m on m.id = o.merchant_id where o.site_id = $1 and o.id = $2`,
      [tx.siteId, orderId],
    );
    const parcel = await row<NonNullable<StoryView['parcel']>>(
      tx,
      `select p.id, p.sscc, p.tracking_number as "trackingNumber", p.state, p.weight_grams as "weightGrams",
         l.code as "plannedLane", a.code as "actualLane"
       from parcels p left join lanes l on l.site_id = p.site_id and l.id = p.lane_id
       left join lanes a on a.site_id = p.site_id and a.id = p.actual_lane_id
       where p.site_id = $1 and p.order_id = $2 and ($3::uuid is null or p.id = $3)
       order by (p.state = 'cancelled'), p.number_in_order limit 1`,
      [tx.siteId, orderId, parcelId],
    );
    return { ...order!, parcel, parcelId: parcel?.id ?? null };
  }

  /** What happened to the order as a whole and to this parcel; other parcels have their own story. */
  private async eventSteps(tx: Tx, orderId: string, parcelId: string | null): Promise<StoryStep[]> {
    const found = await rows<{
      at: Date;
      type: string;
      actor: string;
      trace: string;
      data: Record<string, unknown>;
    }>(
      tx,
      `select e.at, e.type, coalesce(p.name, e.actor) as actor, e.trace, e.data from events e
       left join people p on e.actor = 'person:' || p.id::text
       where e.site_id = $1 and e.order_id = $2 and (e.parcel_id is null or e.parcel_id = $3) order by e.seq limit ${STEPS_MAX}`,
      [tx.siteId, orderId, parcelId],
    );
    return found.map(({ at, type, actor, trace, data }) => ({
      at: at.toISOString(),
      type,
      text: textOf(type, data),
      actor,
      trace,
      details: data,
    }));
  }

  /** The scale's and the printer's own words about the parcel, as the inbox has them. */
  private async readingSteps(tx: Tx, parcelId: string): Promise<StoryStep[]> {
    const found = await rows<{
      at: Date;
      kind: string;
      device: string;
      trace: string;
      data: Record<string, unknown>;
      outcome: string;
      reason: string | null;
    }>(
      tx,
      `select i.received_at as at, i.kind, i.device_code as device, i.trace, i.data, i.outcome, i.reason
       from events e join inbox i on i.site_id = e.site_id and i.record_id = (e.data ->> 'readingId')::uuid
       where e.site_id = $1 and e.parcel_id = $2 and e.type = 'packing.parcel-closed'
       union all
       select i.received_at, i.kind, i.device_code, i.trace, i.data, i.outcome, i.reason
       from prints r join inbox i on i.site_id = r.site_id and i.kind like 'print.%' and i.data ->> 'jobId' = r.id::text
         and i.received_at between r.created_at and coalesce(r.ended_at, $3::timestamptz) + interval '1 minute'
       where r.site_id = $1 and r.parcel_id = $2`,
      [tx.siteId, parcelId, tx.at],
    );
    return found.map(({ at, kind, device, trace, data, outcome, reason }) => ({
      at: at.toISOString(),
      type: kind,
      text: `${textOfReading(kind, device, data)}${outcome === 'refused' ? `; refused: ${reason}` : ''}`,
      actor: `device:${device}`,
      trace,
      details: data,
    }));
  }
}
