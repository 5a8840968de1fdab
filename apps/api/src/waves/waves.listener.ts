import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database.service.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import { LINE_FAILED } from './line-remedies.js';
import { RemediesService } from './remedies.service.js';
import { RunGatesService } from './run-gates.service.js';
import { WaveReleaseService } from './wave-release.service.js';

type OrderGone =
  | 'orders.order-shipped'
  | 'orders.order-cancelled'
  | 'orders.order-closed-short'
  | 'orders.order-backordered';

@Injectable()
export class WavesListener {
  constructor(
    private readonly releases: WaveReleaseService,
    private readonly gates: RunGatesService,
    private readonly remedies: RemediesService,
  ) {}

  @Hears(
    'orders.order-shipped',
    'orders.order-cancelled',
    'orders.order-closed-short',
    'orders.order-backordered',
  )
  async completeWaveWhenAllOrdersHaveLeft(tx: Tx, event: HeardEvent<OrderGone>): Promise<void> {
    await this.releases.completeWaveOf(tx, event.data.orderId);
  }

  @Hears('picking.run-done')
  async passCartOnWhenItsZoneIsPicked(tx: Tx, event: HeardEvent<'picking.run-done'>): Promise<void> {
    await this.gates.passOn(tx, event.data.waveId);
  }

  @Hears('tower.exception-resolved')
  async doWhatWasDecidedAboutFailedLines(
    tx: Tx,
    event: HeardEvent<'tower.exception-resolved'>,
  ): Promise<void> {
    const { code, remedy } = event.data;
    if (code === LINE_FAILED && event.orderId) await this.remedies.carryOut(tx, event.orderId, remedy);
  }
}
