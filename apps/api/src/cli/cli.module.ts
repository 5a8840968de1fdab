import { Module } from '@nestjs/common';
import { AppModule } from '../app.module.js';
import { CatalogModule } from '../catalog/catalog.module.js';
import { DevicesModule } from '../devices/devices.module.js';
import { FlowControlModule } from '../flow-control/flow-control.module.js';
import { MerchantsModule } from '../merchants/merchants.module.js';
import { SitesModule } from '../sites/sites.module.js';
import { DemoService } from './demo.service.js';
import { ImportService } from './import/import.service.js';
import { SiteCertificatesService } from './site-certificates.service.js';

/** The application for one command: the same services, nothing that serves. */
@Module({
  imports: [AppModule, MerchantsModule, CatalogModule, SitesModule, DevicesModule, FlowControlModule],
  providers: [ImportService, DemoService, SiteCertificatesService],
})
export class CliModule {}
