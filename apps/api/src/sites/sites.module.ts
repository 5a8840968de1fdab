import { Module } from '@nestjs/common';
import { NumberRangesService } from './number-ranges.service.js';
import { SitesController } from './sites.controller.js';
import { SitesService } from './sites.service.js';

/** The building and what belongs to it; also the ranges of its numbers. */
@Module({
  controllers: [SitesController],
  providers: [SitesService, NumberRangesService],
  exports: [SitesService, NumberRangesService],
})
export class SitesModule {}
