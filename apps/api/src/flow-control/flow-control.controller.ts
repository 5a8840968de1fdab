import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { LaneView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { CloseLaneDto, ReinductDto } from './flow-control.dto.js';
import { FlowControlService, type Reinducted } from './flow-control.service.js';
import { LanesService } from './lanes.service.js';
import type { ParcelOnTheWay } from './on-the-way.queries.js';

@ApiTags('flow-control')
@Controller('api/v1/flow')
export class FlowControlController {
  constructor(
    private readonly flow: FlowControlService,
    private readonly lanes: LanesService,
  ) {}

  /** Every lane with its state and last parcels. */
  @Get('lanes')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
  list(): Promise<LaneView[]> {
    return this.lanes.list();
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
