import { Module } from '@nestjs/common';

/** What the merchants own: items with barcodes, sizes and tracking rules. */
@Module({})
export class CatalogModule {}
