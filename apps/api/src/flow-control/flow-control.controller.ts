import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FlowSettings, LaneView, OverrideView, SorterView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import {
  CloseLaneDto,
  EndOverrideDto,
  FlowSettingsDto,
  NewOverrideDto,
  ReinductDto,
} from './flow-control.dto.js';
import { FlowControlService, type Reinducted } from './flow-control.service.js';
import { LanesService } from './lanes.service.js';
import type { ParcelOnTheWay } from './on-the-way.queries.js';
import { OverridesService } from './overrides.service.js';
import { RebalancingService } from './rebalancing.service.js';

@ApiTags('flow-control')
@Controller('api/v1/flow')
export class FlowControlController {
  constructor(
    private readonly flow: FlowControlService,
    private readonly lanes: LanesService,
    private readonly overrides: OverridesService,
    private readonly rebalancing: RebalancingService,
  ) {}

  /** Every lane with its state and last parcels. */
  @Get('lanes')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
  list(): Promise<LaneView[]> {
    return this.lanes.list();
  }

  /** The conveyor as its supervisor sees it: lanes, points, last parcels, overrides, and who takes what. */
  @Get('sorter')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
  sorter(): Promise<SorterView> {
    return this.flow.sorter();
  }

  /** Tolerances of in-line checks, and how eagerly lanes are rebalanced. */
  @Get('settings')
  @Allow({ roles: ['admin', 'supervisor', 'integrator'] })
  settings(): Promise<FlowSettings> {
    return this.rebalancing.settings();
  }

  /** Replaces the settings. Parcels with a route keep the tolerances it was made with. */
  @Put('settings')
  @Allow({ roles: ['admin', 'supervisor'] })
  setSettings(@Body() body: FlowSettingsDto): Promise<FlowSettings> {
    return this.rebalancing.setSettings({ ...body });
  }

  /** What supervisors set against the rules: what holds, then what ended last. */
  @Get('overrides')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
  async listOverrides(): Promise<{ items: OverrideView[]; next: null }> {
    return { items: await this.overrides.list(), next: null };
  }

  /** Closes or opens a lane, sends a parcel to a lane, or puts a point into its safe state, for a while. */
  @Post('overrides')
  @Allow({ roles: ['admin', 'supervisor'] })
  setOverride(@Body() body: NewOverrideDto): Promise<OverrideView> {
    return this.overrides.set(body);
  }

  /** Ends an override before its time. */
  @Post('overrides/:id/end')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'] })
  async endOverride(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: EndOverrideDto,
  ): Promise<{ items: OverrideView[]; next: null }> {
    return { items: await this.overrides.end(id, body.reason), next: null };
  }

  /** What lies between the label printer and staging right now, oldest first. */
  @Get('parcels')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
  async onTheWay(): Promise<{ items: ParcelOnTheWay[]; next: null }> {
    return { items: await this.flow.onTheWay(), next: null };
  }

  /** Opens a lane. Opening an open lane changes nothing. */
  @Post('lanes/:code/open')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'] })
  open(@Param('code') code: string): Promise<LaneView> {
    return this.lanes.openLane(code);
  }

  /** Closes a lane: its parcels take the alternatives of their routes. */
  @Post('lanes/:code/close')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'] })
  close(@Param('code') code: string, @Body() body: CloseLaneDto): Promise<LaneView> {
    return this.lanes.closeLane(code, body.reason ?? null);
  }

  /** Puts a parcel from an exception lane back on the belt; the scan must be this parcel's. */
  @Post('parcels/:id/reinduct')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  reinduct(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReinductDto): Promise<Reinducted> {
    return this.flow.reinduct(body.parcelScan, id);
  }

  /** The same by scan alone, for the person at the exception lane. */
  @Post('reinduct')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  reinductScanned(@Body() body: ReinductDto): Promise<Reinducted> {
    return this.flow.reinduct(body.parcelScan);
  }
}
