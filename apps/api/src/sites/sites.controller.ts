import { Body, Controller, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import type { Page } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { BlockDto, LocationQueryDto, PageQueryDto } from './sites.dto.js';
import type {
  CarrierServiceView,
  CartonTypeView,
  ContainerView,
  LayoutView,
  LocationView,
  SiteView,
  StationSummary,
} from './sites.queries.js';
import { SitesService } from './sites.service.js';

@Controller('api/v1/sites')
@Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
export class SitesController {
  constructor(private readonly sites: SitesService) {}

  /** The site that the session works at. */
  @Get('current')
  site(): Promise<SiteView> {
    return this.sites.site();
  }

  /** Carts, containers, lanes and scan points at once. */
  @Get('layout')
  layout(): Promise<LayoutView> {
    return this.sites.layout();
  }

  @Get('locations')
  locations(@Query() { cursor, limit, zone, type }: LocationQueryDto): Promise<Page<LocationView>> {
    return this.sites.locations({ zone, type }, { cursor, limit });
  }

  @Patch('locations/:code')
  @HttpCode(204)
  @Allow({ roles: ['supervisor', 'admin'] })
  block(@Param('code') code: string, @Body() { blocked }: BlockDto): Promise<void> {
    return this.sites.block(code, blocked);
  }

  @Get('stations')
  async stations(): Promise<Page<StationSummary>> {
    return { items: await this.sites.stations(), next: null };
  }

  @Get('carts')
  async carts(): Promise<Page<{ code: string; slots: number }>> {
    return { items: await this.sites.carts(), next: null };
  }

  @Get('containers')
  containers(@Query() page: PageQueryDto): Promise<Page<ContainerView>> {
    return this.sites.containers(page);
  }

  @Get('carton-types')
  async cartonTypes(): Promise<Page<CartonTypeView>> {
    return { items: await this.sites.cartonTypes(), next: null };
  }

  /** What a merchant may ask for when it orders. */
  @Get('carrier-services')
  @Allow({
    roles: ['admin', 'supervisor', 'operator', 'integrator'],
    scopes: ['orders:write', 'orders:read'],
  })
  async carrierServices(): Promise<Page<CarrierServiceView>> {
    return { items: await this.sites.carrierServices(), next: null };
  }
}
