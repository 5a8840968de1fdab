import { Readable } from 'node:stream';
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
import { currentActor, currentTrace, withContext } from '../platform/context.js';
import { Allow } from '../platform/http/allow.js';
import { Refusal } from '../platform/refusal.js';
import { AnnouncementsService } from './announcements.service.js';
import { PutAwayService } from './put-away.service.js';
import { type ReceiptRow, readReceiptCsv, readReceiptNdjson } from './read-receipt-rows.js';
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
    const stream = request.body as AsyncIterable<Uint8Array> | undefined;
    const csv = contentType.startsWith('text/csv');
    if (!stream || !(csv || contentType.startsWith('application/x-ndjson'))) {
      throw new Refusal('receiving.media-type', 'Send application/x-ndjson or text/csv.', { status: 415 });
    }
    const results = this.results(csv ? readReceiptCsv(stream) : readReceiptNdjson(stream));
    return new StreamableFile(Readable.from(results, { objectMode: false }), {
      type: 'application/x-ndjson',
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

  /** The stream is read outside the request's own async context, so each receipt runs in a copy of it. */
  private async *results(receipts: AsyncIterable<ReceiptRow>): AsyncGenerator<string> {
    const [trace, actor] = [currentTrace(), currentActor()];
    for await (const each of receipts) {
      const result = await withContext(trace, actor, () => this.announcements.announceRow(each));
      yield `${JSON.stringify(result)}\n`;
    }
  }
}
