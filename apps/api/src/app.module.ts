import { Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { MerchantsModule } from './merchants/merchants.module.js';
import { PlatformModule } from './platform/platform.module.js';
import { SitesModule } from './sites/sites.module.js';

/** The table of contents, in import order: a module uses only those above it. */
@Module({
  imports: [PlatformModule, AccessModule, MerchantsModule, CatalogModule, SitesModule, DevicesModule],
})
export class AppModule {}
