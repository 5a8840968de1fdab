import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page, PutAwayView, ReceiptView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { answerRows } from '../platform/http/answer-rows.js';
import { AnnouncementsService } from './announcements.service.js';
import { PutAwayService } from './put-away.service.js';
import { readReceiptCsv, readReceiptNdjson } from './read-receipt-rows.js';
import { ConfirmPutAwayDto, NewReceiptDto, ReceiveGoodsDto } from './receiving.dto.js';
import { ReceivingQueries } from './receiving.queries.js';
import { ReceivingService } from './receiving.service.js';

@Controller('api/v1/receiving')
export class ReceivingController {
  constructor(
    private readonly announcements: AnnouncementsService,
    private readonly receiving: ReceivingService,
    private readonly putAways: PutAwayService,
    private readonly queries: ReceivingQueries,
  ) {}

  /** Announces goods: 201; the same reference again: 200 with the receipt that is there. */
  @Post('receipts')
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['receipts:write'] })
  async announce(
    @Body() body: NewReceiptDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReceiptView> {
    const { created, receipt } = await this.receiving.announceReceipt(body);
    reply.status(created ? 201 : 200);
    return receipt;
  }

  /** A file of receipts, NDJSON or CSV; answers one result a receipt, as NDJSON, while it reads. */
  @Post('receipts/bulk')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['receipts:write'] })
  bulk(@Req() request: FastifyRequest, @Headers('content-type') contentType = ''): StreamableFile {
    return answerRows(request, contentType, {
      module: 'receiving',
      readCsv: readReceiptCsv,
      readNdjson: readReceiptNdjson,
      batchRows: 1,
      take: ([row]) => Promise.all([this.announcements.announceRow(row!)]),
    });
  }

  @Get('receipts')
  @Allow({ roles: ['admin', 'supervisor', 'operator'], scopes: ['receipts:write'] })
  receipts(@Query('state') state?: string): Promise<Page<ReceiptView>> {
    return this.queries.receipts(state ?? null);
  }

  @Get('receipts/:id')
  @Allow({ roles: ['admin', 'supervisor', 'operator'], scopes: ['receipts:write'] })
  receipt(@Param('id', ParseUUIDPipe) id: string): Promise<ReceiptView> {
    return this.queries.receipt(id);
  }

  @Post('receipts/:id/receive')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  receive(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReceiveGoodsDto): Promise<ReceiptView> {
    return this.receiving.receiveGoods(id, body);
  }

  @Post('receipts/:id/close')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'] })
  close(@Param('id', ParseUUIDPipe) id: string): Promise<ReceiptView> {
    return this.receiving.closeReceipt(id);
  }

  @Get('put-aways')
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  listPutAways(@Query('state') state?: string): Promise<Page<PutAwayView>> {
    return this.queries.putAways(state ?? 'ready');
  }

  @Post('put-aways/:id/confirm')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor', 'operator'] })
  confirmPutAway(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ConfirmPutAwayDto,
  ): Promise<PutAwayView> {
    return this.putAways.confirmPutAway(id, body);
  }
}
