import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import type { MerchantView, Page } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { MerchantChangeDto, NewMerchantDto } from './merchants.dto.js';
import { MerchantsService } from './merchants.service.js';

@Controller('api/v1/merchants')
export class MerchantsController {
  constructor(private readonly merchants: MerchantsService) {}

  /** A merchant's key sees itself alone. */
  @Get()
  @Allow({
    roles: ['admin', 'supervisor', 'integrator'],
    scopes: ['orders:read', 'items:read', 'stock:read'],
  })
  async list(): Promise<Page<MerchantView>> {
    return { items: await this.merchants.list(), next: null };
  }

  @Post()
  @Allow({ roles: ['admin'] })
  create(@Body() body: NewMerchantDto): Promise<MerchantView> {
    return this.merchants.create(body);
  }

  @Patch(':code')
  @Allow({ roles: ['admin'] })
  change(@Param('code') code: string, @Body() body: MerchantChangeDto): Promise<MerchantView> {
    return this.merchants.change(code, body);
  }
}
