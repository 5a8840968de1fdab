import { Global, Module } from '@nestjs/common';
import { EdgeRegistry } from '../platform/broker/edge-registry.js';
import { AgentsService } from './agents.service.js';
import { CertificatesListener } from './certificates.listener.js';
import { DeviceCommandsJob } from './device-commands.job.js';
import { DeviceCommandsService } from './device-commands.service.js';
import { DeviceStatesService } from './device-states.service.js';
import { DevicesController } from './devices.controller.js';
import { DevicesListener } from './devices.listener.js';
import { DevicesService } from './devices.service.js';
import { EdgeRegistryService } from './edge-registry.service.js';
import { ReadingsService } from './readings.service.js';
import { SiteAuthorityService } from './site-authority.service.js';

/** Agents and devices. Global, because the platform's broker bridge asks it who may speak. */
@Global()
@Module({
  controllers: [DevicesController],
  providers: [
    AgentsService,
    SiteAuthorityService,
    CertificatesListener,
    DevicesService,
    DeviceCommandsService,
    DeviceCommandsJob,
    DeviceStatesService,
    DevicesListener,
    ReadingsService,
    EdgeRegistryService,
    { provide: EdgeRegistry, useExisting: EdgeRegistryService },
  ],
  exports: [EdgeRegistry, DevicesService, DeviceCommandsService, ReadingsService, SiteAuthorityService],
})
export class DevicesModule {}
