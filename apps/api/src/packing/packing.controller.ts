import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CloseOutcome, PackView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { ClosingService } from './closing.service.js';
import { LabelsService } from './labels.service.js';
import {
  ChangeCartonDto,
  CloseParcelDto,
  ConfirmLabelDto,
  OpenParcelDto,
  PackItemDto,
  ReopenDto,
  ReprintDto,
  ReturnGoodsDto,
} from './packing.dto.js';
import { type BenchWork, PackingService } from './packing.service.js';

@ApiTags('packing')
@Controller('api/v1/packing')
@Allow({ roles: ['operator', 'supervisor', 'admin'] })
export class PackingController {
  constructor(
    private readonly packing: PackingService,
    private readonly closing: ClosingService,
    private readonly labels: LabelsService,
  ) {}

  /** A tote scanned at a bench opens its order's parcel, or finds the one that is open. */
  @Post('open')
  @HttpCode(200)
  open(@Body() body: OpenParcelDto): Promise<PackView> {
    return this.packing.openParcel(body.containerScan, body.stationCode);
  }

  @Get('parcels/:id')
  find(@Param('id', ParseUUIDPipe) id: string): Promise<PackView> {
    return this.packing.find(id);
  }

  /** One item scan. */
  @Post('parcels/:id/items')
  @HttpCode(200)
  packItem(@Param('id', ParseUUIDPipe) id: string, @Body() body: PackItemDto): Promise<PackView> {
    return this.packing.packItem(id, body.eventId, body.itemScan);
  }

  @Post('parcels/:id/carton')
  @HttpCode(200)
  changeCarton(@Param('id', ParseUUIDPipe) id: string, @Body() body: ChangeCartonDto): Promise<PackView> {
    return this.packing.changeCarton(id, body.cartonCode);
  }

  /** Checks the weight, makes the label and queues its print. */
  @Post('parcels/:id/close')
  @HttpCode(200)
  close(@Param('id', ParseUUIDPipe) id: string, @Body() body: CloseParcelDto): Promise<CloseOutcome> {
    const { readingId, override } = body;
    return this.closing.closeParcel(id, { readingId, overrideReason: override?.reason ?? null });
  }

  /** Opens a closed parcel again; its label is void from then on. */
  @Post('parcels/:id/reopen')
  @HttpCode(200)
  reopen(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReopenDto): Promise<PackView> {
    return this.closing.reopenParcel(id, body.reason);
  }

  /** A new, audited print; papers printed before are void. */
  @Post('parcels/:id/reprint')
  @HttpCode(200)
  reprint(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReprintDto): Promise<PackView> {
    return this.labels.reprint(id, body.eventId, body.reason);
  }

  /** The label scanned off the carton. */
  @Post('parcels/:id/confirm-label')
  @HttpCode(200)
  confirmLabel(@Param('id', ParseUUIDPipe) id: string, @Body() body: ConfirmLabelDto): Promise<PackView> {
    return this.labels.confirmLabel(id, body.labelScan);
  }

  /** The goods of a cancelled order's parcel are put on a shelf. */
  @Post('parcels/:id/return')
  @HttpCode(200)
  returnGoods(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReturnGoodsDto): Promise<PackView> {
    return this.closing.returnGoods(id, body.eventId, body.locationScan);
  }

  /** What waits at a bench: totes to open and parcels not finished. */
  @Get('stations/:code')
  waitingAt(@Param('code') code: string): Promise<BenchWork> {
    return this.packing.waitingAt(code);
  }
}
