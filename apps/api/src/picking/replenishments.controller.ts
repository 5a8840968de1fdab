import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import type { Page, ReplenishmentOutcome, ReplenishmentTask } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { ConfirmReplenishmentDto } from './picking.dto.js';
import { ReplenishmentsService } from './replenishments.service.js';

/** Goods that people bring from reserve to pick faces. */
@Controller('api/v1/picking/replenishments')
@Allow({ roles: ['admin', 'supervisor', 'operator'] })
export class ReplenishmentsController {
  constructor(private readonly replenishments: ReplenishmentsService) {}

  /** What waits or is on its way; with `state` all of that state. */
  @Get()
  async list(@Query('state') state?: string): Promise<Page<ReplenishmentTask>> {
    return { items: await this.replenishments.list(typeof state === 'string' ? state : null), next: null };
  }

  @Post(':id/claim')
  @HttpCode(200)
  claim(@Param('id', ParseUUIDPipe) id: string): Promise<ReplenishmentTask> {
    return this.replenishments.claim(id);
  }

  @Post(':id/release')
  @HttpCode(204)
  release(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.replenishments.release(id);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  confirm(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ConfirmReplenishmentDto,
  ): Promise<ReplenishmentOutcome> {
    return this.replenishments.confirm(id, body);
  }
}
