import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { UplinkRecord } from '#lib/contracts';
import '../devices/devices.events.js';
import '../orders/orders.events.js';
import { OrdersService } from '../orders/orders.service.js';
import { type Application, Applies, applied, refused } from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import { ClosingService } from './closing.service.js';
import { LabelsService, type PrintState } from './labels.service.js';
import { PackingService } from './packing.service.js';
import { PlannedPapersService } from './planned-papers.service.js';

type PrintKind = 'print.sent' | 'print.printed' | 'print.failed' | 'print.unknown';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What printers say, and what became of orders whose parcels are on the bench. */
@Injectable()
export class PackingListener implements OnModuleInit {
  constructor(
    private readonly labels: LabelsService,
    private readonly closing: ClosingService,
    private readonly packing: PackingService,
    private readonly orders: OrdersService,
    private readonly papers: PlannedPapersService,
  ) {}

  /** A cancelled order takes its parcels with it, in the same transaction. */
  onModuleInit(): void {
    this.orders.onCancel((tx, orderId) => this.closing.cancelParcelsOf(tx, orderId, 'order cancelled'));
  }

  @Applies('print.sent', 'print.printed', 'print.failed', 'print.unknown')
  async printerReported(tx: Tx, record: Extract<UplinkRecord, { kind: PrintKind }>): Promise<Application> {
    const { jobId } = record.data;
    const state = record.kind.slice('print.'.length) as Exclude<PrintState, 'queued'>;
    const reason = 'reason' in record.data ? record.data.reason : null;
    const ours = UUID.test(jobId) && (await this.reported(tx, jobId, state, reason));
    // A test print from the integrator's console has a job of its own, which no parcel waits for.
    return ours ? applied : refused('no print of a parcel has this job id');
  }

  @Hears('devices.command-ended')
  async endPrintWhenItsCommandEnded(tx: Tx, event: HeardEvent<'devices.command-ended'>): Promise<void> {
    const { commandId, op, outcome, reason } = event.data;
    if (op === 'print') await this.labels.commandEnded(tx, commandId, outcome, reason);
  }

  /** A print of a parcel, or a label that an agent printed ahead of one. */
  private async reported(
    tx: Tx,
    jobId: string,
    state: Exclude<PrintState, 'queued'>,
    reason: string | null,
  ): Promise<boolean> {
    if (await this.labels.printReported(tx, jobId, state, reason)) return true;
    const planned = await this.papers.printReported(tx, jobId, state, reason);
    return planned === 'adopted' ? this.labels.printReported(tx, jobId, state, reason) : planned === 'noted';
  }

  @Hears('orders.order-picked')
  async followParcelsWhenOrderPicked(tx: Tx, event: HeardEvent<'orders.order-picked'>): Promise<void> {
    await this.packing.followParcels(tx, event.data.orderId);
  }
}
