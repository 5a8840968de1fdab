import { Injectable } from '@nestjs/common';
import type { SorterView } from '#lib/contracts';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { resolveExceptions } from '../platform/exceptions.js';
import { Refusal } from '../platform/refusal.js';
import { ArrivalsService } from './arrivals.service.js';
import { requireBeltState } from './flow-control.errors.js';
import { type ParcelOnTheWay, parcelsOnTheWay } from './on-the-way.queries.js';
import { RoutesService } from './routes.service.js';
import { sorterView } from './sorter-view.queries.js';
import { TravelsService } from './travels.service.js';

export interface Reinducted {
  parcelId: string;
  state: string;
  lane: string | null;
}

/** Conveyor exceptions that putting the parcel back on the belt answers. */
const ANSWERED_BY_REINDUCTION = [
  'missing',
  'exception-lane',
  'recirculation-limit',
  'misrouted',
  'unexpected',
  'no-route',
  'in-line-check',
];

/** What people and the edge ask of the conveyor's book. */
@Injectable()
export class FlowControlService {
  constructor(
    private readonly db: Database,
    private readonly parcels: ParcelsService,
    private readonly routes: RoutesService,
    private readonly arrivals: ArrivalsService,
    private readonly travels: TravelsService,
  ) {}

  /** Labelled parcels that nobody has staged yet, oldest first. */
  onTheWay(): Promise<ParcelOnTheWay[]> {
    return this.db.transaction((tx) => parcelsOnTheWay(tx));
  }

  /** The conveyor as its supervisor sees it. */
  sorter(): Promise<SorterView> {
    return this.db.transaction((tx) => sorterView(tx));
  }

  /**
   * Puts a parcel from an exception lane back on the belt: its route is made anew (the edge forgets its laps) and what was
   * open about it is answered; one that an in-line check kept back
   * is not held against it again, because somebody has looked at it. A parcel found in the no-read lane also answers the oldest arrival that nobody could read: one
   * paper found for one not read.
   * @throws Refusal when the scan is another parcel's, or its state forbids the belt
   */
  async reinduct(parcelScan: string, parcelId: string | null = null): Promise<Reinducted> {
    return this.db.transaction(async (tx) => {
      const parcel = await this.parcels.lockScanned(tx, parcelScan);
      if (parcelId !== null && parcel.id !== parcelId) {
        throw new Refusal('flow.other-parcel', `That is parcel ${parcel.sscc}, not the one asked for.`, {
          status: 422,
          facts: { parcel: parcel.sscc },
        });
      }
      requireBeltState(parcel);
      await this.routes.removeRoutes(tx, [{ parcelId: parcel.id, because: 're-induction' }]);
      if (parcel.state !== 'labelled')
        await this.parcels.moveOne(tx, parcel, 'inducted', { stagingLocationId: null });
      await this.travels.arrive(tx, [parcel.id]);
      const answered = await resolveExceptions(tx, parcel.id, 're-inducted', ANSWERED_BY_REINDUCTION);
      const unchecked = answered.includes('in-line-check');
      const lane = await this.routes.setRoute(tx, parcel, { unchecked });
      if (answered.length === 0) await this.answerOldestNoRead(tx, parcel);
      await addEvent(tx, {
        type: 'flow.parcel-reinducted',
        aggregateId: parcel.id,
        parcelId: parcel.id,
        orderId: parcel.orderId,
        merchantId: parcel.merchantId,
        data: { lane: lane ?? 'none' },
      });
      return { parcelId: parcel.id, state: parcel.state === 'labelled' ? 'labelled' : 'inducted', lane };
    });
  }

  /**
   * Labelled parcels get their routes before they can reach the first point.
   * @param labelled by parcel what its route belongs to
   */
  async parcelsLabelled(tx: Tx, labelled: ReadonlyMap<string, string>): Promise<void> {
    const parcels = await this.parcels.lockAll(tx, [...labelled.keys()]);
    const routed = await this.routes.routed(tx, [...labelled.keys()]);
    const waiting = parcels.filter(
      ({ id, state }) => ['labelled', 'inducted'].includes(state) && !routed.has(id),
    );
    await this.routes.setRoutes(tx, waiting, {}, labelled);
  }

  /** Sends the whole route table to an agent that lost the thread. @returns its version */
  askedForSnapshot(agentCode: string): Promise<number> {
    return this.db.transaction((tx) => this.routes.sendSnapshot(tx, agentCode));
  }

  /** Ends arrivals that nobody confirmed in time. @returns how many */
  giveUpStaleArrivals(): Promise<number> {
    return this.db.transaction((tx) => this.arrivals.giveUpStale(tx));
  }

  /** Ends travels between points whose time is over. @returns how many */
  giveUpMissed(): Promise<number> {
    return this.db.transaction((tx) => this.travels.giveUpMissed(tx));
  }

  private async answerOldestNoRead(tx: Tx, parcel: Parcel): Promise<void> {
    await rows(
      tx,
      `update exceptions set resolved_at = $2, resolved_by = $3, resolution = $4
       where site_id = $1 and resolved_at is null and id = (
         select id from exceptions where site_id = $1 and resolved_at is null and subject_kind = 'arrival'
           and code in ('no-read', 'unknown', 'conflict') order by opened_at, id limit 1)`,
      [tx.siteId, tx.at, tx.actorName, `found to be ${parcel.sscc}`],
    );
  }
}
