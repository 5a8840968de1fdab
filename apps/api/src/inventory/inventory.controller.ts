import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import type { Page, StockView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { AdjustmentsService } from './adjustments.service.js';
import { CountsService } from './counts.service.js';
import {
  AdjustStockDto,
  type CountView,
  type PlaceView,
  RecordCountDto,
  RequestCountDto,
} from './inventory.dto.js';
import { InventoryQueries } from './inventory.queries.js';

const PAGE = 200;

@Controller('api/v1/inventory')
export class InventoryController {
  constructor(
    private readonly queries: InventoryQueries,
    private readonly adjustments: AdjustmentsService,
    private readonly counts: CountsService,
  ) {}

  /** Stock by item with the places where it lies. */
  @Get('stock')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'], scopes: ['stock:read'] })
  async stock(
    @Query('merchant') merchantCode?: string,
    @Query('sku') sku?: string,
    @Query('cursor') after?: string,
  ): Promise<Page<StockView>> {
    const items = await this.queries.stock({ merchantCode, sku, after, limit: PAGE });
    const last = items.at(-1);
    return { items, next: items.length === PAGE && last ? `${last.merchantCode} ${last.sku}` : null };
  }

  @Get('locations/:code')
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  location(@Param('code') code: string): Promise<PlaceView> {
    return this.queries.location(code);
  }

  @Get('containers/:lpn')
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  container(@Param('lpn') lpn: string): Promise<PlaceView> {
    return this.queries.container(lpn);
  }

  @Post('adjustments')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'] })
  adjust(@Body() body: AdjustStockDto): Promise<{ applied: boolean }> {
    return this.adjustments.adjustStock(body);
  }

  /** Counts that are not posted yet, or those in one state. */
  @Get('counts')
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  async listCounts(@Query('state') state?: string): Promise<Page<CountView>> {
    return { items: await this.counts.listCounts(state ?? null), next: null };
  }

  @Post('counts')
  @HttpCode(204)
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  requestCount(@Body() body: RequestCountDto): Promise<void> {
    return this.counts.requestCount({ ...body, lot: body.lot ?? '' });
  }

  @Post('counts/:id/record')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  recordCount(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: RecordCountDto,
  ): Promise<{ state: string; difference: number }> {
    return this.counts.recordCount(id, body.counted);
  }

  @Post('counts/:id/approve')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'] })
  approveCount(@Param('id', ParseUUIDPipe) id: string): Promise<{ state: string; difference: number }> {
    return this.counts.approveCount(id);
  }
}
