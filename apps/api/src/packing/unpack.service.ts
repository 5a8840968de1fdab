import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ReasonView, UndoGroup } from '#lib/contracts';
import type { LineDelay } from '../orders/take-back.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { undoGroup } from '../waves/undo-group.js';
import { WaveUndoService } from '../waves/wave-undo.service.js';
import { ClosingService } from './closing.service.js';

interface UndoParcel {
  id: string;
  orderId: string;
  ref: string;
  number: number;
  state: string;
  sscc: string | null;
  labelled: boolean;
  units: number;
}

const WHERE: Readonly<Record<string, string>> = {
  inducted: 'is on the conveyor',
  diverted: 'is in its lane',
  staged: 'is staged',
  loaded: 'is on a truck',
  shipped: 'has left',
};

/** A wave that is undone takes the parcels back that stand at the bench; parcels beyond it stay, and their orders with them. */
@Injectable()
export class UnpackService implements OnModuleInit {
  constructor(
    private readonly undo: WaveUndoService,
    private readonly closing: ClosingService,
  ) {}

  onModuleInit(): void {
    this.undo.onUndo({
      keeps: (tx, orderIds) => this.keeps(tx, orderIds),
      takeBack: (tx, { orderIds, reason }) => this.takeBack(tx, orderIds, reason),
    });
  }

  private async keeps(tx: Tx, orderIds: readonly string[]): Promise<Map<string, ReasonView>> {
    const kept = new Map<string, ReasonView>();
    for (const { orderId, ref, sscc, number, state } of await this.parcels(tx, orderIds)) {
      const where = WHERE[state];
      if (!where) continue;
      const text = `Order ${ref} stays: its parcel ${sscc ?? number} ${where}.`;
      kept.set(orderId, { code: `parcel-${state}`, facts: { order: ref, parcel: sscc, state }, text });
    }
    return kept;
  }

  private async takeBack(
    tx: Tx,
    orderIds: readonly string[],
    reason: string,
  ): Promise<{ effects: UndoGroup[]; delays: LineDelay[] }> {
    const parcels = await this.parcels(tx, orderIds);
    const parcelIds = parcels.map(({ id }) => id);
    const delays = await this.delays(tx, parcelIds);
    await this.closing.cancelParcels(tx, parcelIds, {
      reason,
      because: (externalRef) => `The release of order ${externalRef} was undone`,
    });
    await affected(
      tx,
      `update parcel_contents set undone_at = $3 where site_id = $1 and parcel_id = any($2::uuid[]) and undone_at is null`,
      [tx.siteId, parcelIds, tx.at],
    );
    const labelled = parcels.filter((parcel) => parcel.labelled);
    const full = parcels.filter(({ units }) => units > 0);
    const empty = parcels.filter(({ units }) => units === 0);
    const effects = [
      undoGroup('label-voided', labelled.map(labelReason)),
      undoGroup('parcel-unpacked', full.map(unpackReason)),
      undoGroup('parcel-cancelled', empty.map(emptyReason)),
    ];
    return { effects, delays };
  }

  /** Goods in a parcel can't be reserved before they are put back: their orders wait for them and spend no attempt. */
  private delays(tx: Tx, parcelIds: readonly string[]): Promise<LineDelay[]> {
    return rows<LineDelay>(
      tx,
      `select c.order_line_id as "orderLineId", sum(c.quantity) || ' of ' || i.sku || ' to be put back from a parcel' as reason
       from parcel_contents c join items i on i.id = c.item_id
       where c.site_id = $1 and c.parcel_id = any($2::uuid[]) and c.undone_at is null group by c.order_line_id, i.sku`,
      [tx.siteId, parcelIds],
    );
  }

  private parcels(tx: Tx, orderIds: readonly string[]): Promise<UndoParcel[]> {
    return rows<UndoParcel>(
      tx,
      `select p.id, p.order_id as "orderId", o.external_ref as ref, p.number_in_order as number, p.state, p.sscc,
         exists (select 1 from labels l where l.site_id = p.site_id and l.parcel_id = p.id and l.active) as labelled,
         coalesce((select sum(c.quantity) from parcel_contents c where c.site_id = p.site_id and c.parcel_id = p.id
           and c.undone_at is null), 0)::int as units
       from parcels p join orders o on o.site_id = p.site_id and o.id = p.order_id
       where p.site_id = $1 and p.order_id = any($2::uuid[]) and p.state <> 'cancelled' order by p.id for update of p`,
      [tx.siteId, orderIds],
    );
  }
}

const nameOf = ({ ref, sscc, number }: UndoParcel) =>
  sscc ? `${sscc} of order ${ref}` : `${number} of order ${ref}`;
const factsOf = ({ ref, sscc, state, units }: UndoParcel) => ({ order: ref, parcel: sscc, state, units });

function labelReason(parcel: UndoParcel): ReasonView {
  return { code: 'label-voided', facts: factsOf(parcel), text: `The label of parcel ${nameOf(parcel)}.` };
}

function unpackReason(parcel: UndoParcel): ReasonView {
  const text = `Parcel ${nameOf(parcel)} with ${parcel.units} units: its goods go back from the bench.`;
  return { code: 'parcel-unpacked', facts: factsOf(parcel), text };
}

function emptyReason(parcel: UndoParcel): ReasonView {
  return { code: 'parcel-cancelled', facts: factsOf(parcel), text: `Parcel ${nameOf(parcel)} was empty.` };
}
