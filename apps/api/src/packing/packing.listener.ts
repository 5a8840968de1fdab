import { Injectable } from '@nestjs/common';
import type { UplinkRecord } from '#lib/contracts';
import '../devices/devices.events.js';
import '../orders/orders.events.js';
import { type Application, Applies, applied, refused } from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import { ClosingService } from './closing.service.js';
import { LabelsService, type PrintState } from './labels.service.js';

type PrintKind = 'print.sent' | 'print.printed' | 'print.failed' | 'print.unknown';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What printers say, and what became of orders whose parcels are on the bench. */
@Injectable()
export class PackingListener {
  constructor(
    private readonly labels: LabelsService,
    private readonly closing: ClosingService,
  ) {}

  @Applies('print.sent', 'print.printed', 'print.failed', 'print.unknown')
  async printerReported(tx: Tx, record: Extract<UplinkRecord, { kind: PrintKind }>): Promise<Application> {
    const { jobId } = record.data;
    const state = record.kind.slice('print.'.length) as Exclude<PrintState, 'queued'>;
    const reason = 'reason' in record.data ? record.data.reason : null;
    const ours = UUID.test(jobId) && (await this.labels.printReported(tx, jobId, state, reason));
    // A test print from the integrator's console has a job of its own, which no parcel waits for.
    return ours ? applied : refused('no print of a parcel has this job id');
  }

  @Hears('devices.command-ended')
  async endPrintWhenItsCommandEnded(tx: Tx, event: HeardEvent<'devices.command-ended'>): Promise<void> {
    const { commandId, op, outcome, reason } = event.data;
    if (op === 'print') await this.labels.commandEnded(tx, commandId, outcome, reason);
  }

  @Hears('orders.order-cancelled')
  async cancelParcelsWhenOrderCancelled(tx: Tx, event: HeardEvent<'orders.order-cancelled'>): Promise<void> {
    await this.closing.cancelParcelsOf(tx, event.data.orderId, event.data.reason);
  }
}
