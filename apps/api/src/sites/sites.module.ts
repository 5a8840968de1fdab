import { Module } from '@nestjs/common';
import { SiteSetup } from './site-setup.service.js';
import { SitesController } from './sites.controller.js';
import { SitesService } from './sites.service.js';

/** The building and what belongs to it. */
@Module({
  controllers: [SitesController],
  providers: [SitesService, SiteSetup],
  exports: [SitesService, SiteSetup],
})
export class SitesModule {}
