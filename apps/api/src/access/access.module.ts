import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticator } from '../platform/http/authenticator.js';
import { AccessController } from './access.controller.js';
import { AccessGuard } from './access.guard.js';
import { ApiKeysService } from './api-keys.service.js';
import { PeopleService } from './people.service.js';
import { SessionsService } from './sessions.service.js';
import { SetupService } from './setup.service.js';
import { SignInService } from './sign-in.service.js';

/** Who may come in and what they may do. Global, because the platform's live events ask it for every socket. */
@Global()
@Module({
  controllers: [AccessController],
  providers: [
    SessionsService,
    { provide: Authenticator, useExisting: SessionsService },
    SignInService,
    PeopleService,
    ApiKeysService,
    SetupService,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Authenticator, PeopleService, ApiKeysService],
})
export class AccessModule {}
