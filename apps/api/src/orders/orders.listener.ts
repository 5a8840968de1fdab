import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database.service.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import { BackordersService } from './backorders.service.js';

@Injectable()
export class OrdersListener {
  constructor(private readonly backorders: BackordersService) {}

  @Hears('inventory.stock-arrived')
  async promiseBackordersWhenStockArrives(
    tx: Tx,
    event: HeardEvent<'inventory.stock-arrived'>,
  ): Promise<void> {
    await this.backorders.promiseArrived(tx, event.data.itemId);
  }
}
