import {
  Body,
  Controller,
  Delete,
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
import type { OrderSummary, OrderView, Page, RowResult } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { answerRows } from '../platform/http/answer-rows.js';
import { Refusal } from '../platform/refusal.js';
import { IntakeService } from './intake.service.js';
import { CancelOrderDto, NewOrderDto, PlaceHoldDto } from './orders.dto.js';
import { OrdersQueries } from './orders.queries.js';
import { OrdersService } from './orders.service.js';
import { readCsv, readNdjson } from './read-order-rows.js';

/** Rows that go into one transaction: enough to be fast, few enough not to hold locks for long. */
const BATCH_ROWS = 500;
const PAGE = 100;

@Controller('api/v1/orders')
export class OrdersController {
  constructor(
    private readonly intake: IntakeService,
    private readonly orders: OrdersService,
    private readonly queries: OrdersQueries,
  ) {}

  /** Takes one order on: 201; the same again: 200 with the first answer; the reference with another body: 409. */
  @Post()
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['orders:write'] })
  async accept(
    @Body() body: NewOrderDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const order = JSON.parse(JSON.stringify(body));
    const [result] = await this.intake.acceptOrders([
      { row: 1, order, externalRef: body.externalRef, faults: [] },
    ]);
    const answer = answered(result!);
    reply.status(answer.status === 'created' ? 201 : 200);
    return this.queries.view(answer.orderId);
  }

  /** NDJSON (one order a line) or CSV (one order line a row); answers one result per order, as NDJSON, while it reads. */
  @Post('bulk')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['orders:write'] })
  bulk(@Req() request: FastifyRequest, @Headers('content-type') contentType = ''): StreamableFile {
    return answerRows(request, contentType, {
      module: 'orders',
      readCsv,
      readNdjson,
      batchRows: BATCH_ROWS,
      take: (rows) => this.intake.acceptOrders(rows),
    });
  }

  @Get()
  @Allow({ roles: ['admin', 'supervisor', 'operator'], scopes: ['orders:read'] })
  list(
    @Query('state') state?: string,
    @Query('merchant') merchantCode?: string,
    @Query('externalRef') externalRef?: string,
    @Query('cursor') cursor?: string,
  ): Promise<Page<OrderSummary>> {
    return this.queries.list({ state, merchantCode, externalRef, cursor, limit: PAGE });
  }

  @Get(':id')
  @Allow({ roles: ['admin', 'supervisor', 'operator'], scopes: ['orders:read'] })
  view(@Param('id', ParseUUIDPipe) id: string): Promise<OrderView> {
    return this.queries.view(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['orders:write'] })
  async cancel(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: CancelOrderDto,
  ): Promise<{ effects: string[] }> {
    return { effects: await this.orders.cancelOrder(id, body.reason) };
  }

  @Post(':id/holds')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['orders:write'] })
  async placeHold(@Param('id', ParseUUIDPipe) id: string, @Body() body: PlaceHoldDto): Promise<OrderView> {
    await this.orders.placeHold(id, body.code, body.reason);
    return this.queries.view(id);
  }

  @Delete(':id/holds/:code')
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['orders:write'] })
  async releaseHold(@Param('id', ParseUUIDPipe) id: string, @Param('code') code: string): Promise<OrderView> {
    await this.orders.releaseHold(id, code);
    return this.queries.view(id);
  }
}

function answered(result: RowResult): Extract<RowResult, { orderId: string }> {
  switch (result.status) {
    case 'created':
    case 'duplicate':
      return result;
    case 'conflict':
      throw new Refusal('orders.reference-taken', result.detail, { errors: result.errors });
    case 'refused':
      throw new Refusal(result.code as 'orders.refused', result.detail, {
        status: 422,
        errors: result.errors,
      });
  }
}
