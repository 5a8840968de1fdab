import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { LoadView, ManifestView, Page } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { LoadsService } from './loads.service.js';
import { ManifestsService } from './manifests.service.js';
import {
  ListLoadsDto,
  ListManifestsDto,
  LoadParcelDto,
  OpenLoadDto,
  StageParcelDto,
} from './shipping.dto.js';
import { ShippingService, type Staged } from './shipping.service.js';

@ApiTags('shipping')
@Controller('api/v1/shipping')
@Allow({ roles: ['operator', 'supervisor', 'admin'] })
export class ShippingController {
  constructor(
    private readonly shipping: ShippingService,
    private readonly manifests: ManifestsService,
    private readonly loads: LoadsService,
  ) {}

  /** Parcel and staging place scanned: the parcel stands there. */
  @Post('stage')
  @HttpCode(200)
  stage(@Body() body: StageParcelDto): Promise<Staged> {
    return this.shipping.stage(body.parcelScan, body.locationScan);
  }

  /** Manifests that are not transmitted, and those of the last day. */
  @Get('manifests')
  async listManifests(@Query() query: ListManifestsDto): Promise<Page<ManifestView>> {
    const all = await this.manifests.list();
    return { items: query.state ? all.filter(({ state }) => state === query.state) : all, next: null };
  }

  /** Closes a manifest before its cut-off; what is not staged goes on the next one. */
  @Post('manifests/:id/close')
  @HttpCode(200)
  @Allow({ roles: ['supervisor', 'admin'] })
  closeManifest(@Param('id', ParseUUIDPipe) id: string): Promise<ManifestView> {
    return this.manifests.closeManifest(id);
  }

  @Get('loads')
  async listLoads(@Query() query: ListLoadsDto): Promise<Page<LoadView>> {
    return { items: await this.loads.list(query.state ?? null), next: null };
  }

  /** Opens a load for a carrier's truck; one that stands open at the door is found again. */
  @Post('loads')
  @HttpCode(200)
  openLoad(@Body() body: OpenLoadDto): Promise<LoadView> {
    return this.loads.openLoad(body.carrier, body.doorStationCode ?? null);
  }

  @Get('loads/:id')
  findLoad(@Param('id', ParseUUIDPipe) id: string): Promise<LoadView> {
    return this.loads.find(id);
  }

  /** A parcel scanned onto the truck. */
  @Post('loads/:id/parcels')
  @HttpCode(200)
  loadParcel(@Param('id', ParseUUIDPipe) id: string, @Body() body: LoadParcelDto): Promise<LoadView> {
    return this.loads.loadParcel(id, body.parcelScan);
  }

  /** A parcel taken off the truck again, into staging. */
  @Post('loads/:id/unload')
  @HttpCode(200)
  unloadParcel(@Param('id', ParseUUIDPipe) id: string, @Body() body: StageParcelDto): Promise<LoadView> {
    return this.loads.unloadParcel(id, body.parcelScan, body.locationScan);
  }

  /** The truck leaves: its parcels are shipped. */
  @Post('loads/:id/depart')
  @HttpCode(200)
  depart(@Param('id', ParseUUIDPipe) id: string): Promise<LoadView> {
    return this.loads.depart(id);
  }
}
