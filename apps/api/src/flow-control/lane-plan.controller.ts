import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { LanePlanEffect, LanePlanView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { LanePlanDto, SaveLanePlanDto, UndoLanePlanDto } from './lane-plan.dto.js';
import { LanePlanService } from './lane-plan.service.js';

@ApiTags('flow-control')
@Controller('api/v1/flow/lane-plan')
@Allow({ roles: ['admin', 'supervisor'] })
export class LanePlanController {
  constructor(private readonly plan: LanePlanService) {}

  /** Which lane takes what, and who changed it last. */
  @Get()
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'] })
  view(): Promise<LanePlanView> {
    return this.plan.view();
  }

  /** Replaces what lanes take; parcels on their way follow at once. */
  @Put()
  save(@Body() body: SaveLanePlanDto): Promise<LanePlanView> {
    return this.plan.save(body);
  }

  /** How many parcels would take another lane; changes nothing. */
  @Post('preview')
  @HttpCode(200)
  preview(@Body() body: LanePlanDto): Promise<LanePlanEffect> {
    return this.plan.preview(body);
  }

  /** Takes the last change back. */
  @Post('undo')
  @HttpCode(200)
  undo(@Body() body: UndoLanePlanDto): Promise<LanePlanView> {
    return this.plan.undo(body.revision);
  }
}
