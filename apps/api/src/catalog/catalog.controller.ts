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
  StreamableFile,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ItemView, Page } from '#lib/contracts';
import { currentActor, currentTrace, withContext } from '../platform/context.js';
import { Allow } from '../platform/http/allow.js';
import { Refusal } from '../platform/refusal.js';
import { ItemQueryDto, NewItemDto } from './catalog.dto.js';
import { CatalogService, type ItemRow } from './catalog.service.js';
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
    const stream = request.body as AsyncIterable<Uint8Array> | undefined;
    const csv = contentType.startsWith('text/csv');
    if (!stream || !(csv || contentType.startsWith('application/x-ndjson'))) {
      throw new Refusal('catalog.media-type', 'Send application/x-ndjson or text/csv.', { status: 415 });
    }
    const results = this.results(csv ? readItemCsv(stream) : readItemNdjson(stream));
    return new StreamableFile(Readable.from(results, { objectMode: false }), {
      type: 'application/x-ndjson',
    });
  }

  /** The stream is read outside the request's own async context, so each batch runs in a copy of it. */
  private async *results(items: AsyncIterable<ItemRow>): AsyncGenerator<string> {
    const trace = currentTrace();
    const actor = currentActor();
    let batch: ItemRow[] = [];
    const put = async () => {
      const results = await withContext(trace, actor, () => this.catalog.putRows(batch));
      batch = [];
      return results.map((each) => `${JSON.stringify(each)}\n`).join('');
    };
    for await (const item of items) {
      batch.push(item);
      if (batch.length >= BATCH_ROWS) yield await put();
    }
    if (batch.length > 0) yield await put();
  }
}
