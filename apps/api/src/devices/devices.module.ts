import { Global, Module } from '@nestjs/common';
import { EdgeRegistry } from '../platform/broker/edge-registry.js';
import { AgentsService } from './agents.service.js';
import { CertificatesListener } from './certificates.listener.js';
import { ConsoleController } from './console.controller.js';
import { ConsoleService } from './console.service.js';
import { DeviceCommandsJob } from './device-commands.job.js';
import { DeviceCommandsService } from './device-commands.service.js';
import { DeviceSetupsJob } from './device-setups.job.js';
import { DeviceSetupsListener } from './device-setups.listener.js';
import { DeviceSetupsService } from './device-setups.service.js';
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
  controllers: [DevicesController, ConsoleController],
  providers: [
    AgentsService,
    SiteAuthorityService,
    CertificatesListener,
    DevicesService,
    DeviceCommandsService,
    DeviceCommandsJob,
    DeviceStatesService,
    DeviceSetupsService,
    DeviceSetupsListener,
    DeviceSetupsJob,
    ConsoleService,
    DevicesListener,
    ReadingsService,
    EdgeRegistryService,
    { provide: EdgeRegistry, useExisting: EdgeRegistryService },
  ],
  exports: [EdgeRegistry, DevicesService, DeviceCommandsService, ReadingsService, SiteAuthorityService],
})
export class DevicesModule {}
