import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database.service.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import '../waves/waves.events.js';
import { ReplenishmentsService } from './replenishments.service.js';

@Injectable()
export class PickingListener {
  constructor(private readonly replenishments: ReplenishmentsService) {}

  @Hears('waves.replenishment-wanted')
  async makeReplenishmentTasks(tx: Tx, event: HeardEvent<'waves.replenishment-wanted'>): Promise<void> {
    await this.replenishments.want(tx, event.data.waveId, event.data.wanted);
  }

  @Hears('waves.wave-cancelled')
  async forgetReplenishmentsOfCancelledWave(
    tx: Tx,
    event: HeardEvent<'waves.wave-cancelled'>,
  ): Promise<void> {
    await this.replenishments.forget(tx, event.data.waveId);
  }
}
