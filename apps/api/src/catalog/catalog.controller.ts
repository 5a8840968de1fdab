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
  StreamableFile,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ItemView, Page } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { answerRows } from '../platform/http/answer-rows.js';
import { ItemQueryDto, NewItemDto } from './catalog.dto.js';
import { CatalogService } from './catalog.service.js';
import { readItemCsv, readItemNdjson } from './read-item-rows.js';

const BATCH_ROWS = 500;
const PAGE = 100;

@Controller('api/v1/items')
export class CatalogController {
  constructor(private readonly catalog: CatalogService) {}

  /** `search` is the beginning of a SKU or name, or a whole barcode. */
  @Get()
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'], scopes: ['items:read'] })
  list(@Query() { merchant, search, cursor, limit = PAGE }: ItemQueryDto): Promise<Page<ItemView>> {
    return this.catalog.list({ merchantCode: merchant, search, cursor, limit });
  }

  @Get(':id')
  @Allow({ roles: ['admin', 'supervisor', 'operator', 'integrator'], scopes: ['items:read'] })
  item(@Param('id', ParseUUIDPipe) id: string): Promise<ItemView> {
    return this.catalog.item(id);
  }

  /** Adds an item or changes the merchant's item with this SKU. */
  @Post()
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['items:write'] })
  put(@Body() body: NewItemDto): Promise<ItemView> {
    return this.catalog.put(JSON.parse(JSON.stringify(body)));
  }

  /** NDJSON or CSV; answers one result a row, as NDJSON, while it reads. */
  @Post('bulk')
  @HttpCode(200)
  @Allow({ roles: ['admin', 'supervisor'], scopes: ['items:write'] })
  bulk(@Req() request: FastifyRequest, @Headers('content-type') contentType = ''): StreamableFile {
    return answerRows(request, contentType, {
      module: 'catalog',
      readCsv: readItemCsv,
      readNdjson: readItemNdjson,
      batchRows: BATCH_ROWS,
      take: (rows) => this.catalog.putRows(rows),
    });
  }
}
