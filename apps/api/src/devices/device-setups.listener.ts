import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EdgeResponse } from '#lib/contracts';
import { Database } from '../platform/database.service.js';
import { type EdgeRequestHandler, EdgeRequests } from '../platform/edge-requests.js';
import { DeviceSetupsService } from './device-setups.service.js';

/** An agent that has said hello asks how its devices shall be set up. */
@Injectable()
export class DeviceSetupsListener implements OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly requests: EdgeRequests,
    private readonly setups: DeviceSetupsService,
  ) {}

  onModuleInit(): void {
    const snapshot: EdgeRequestHandler<'desired.snapshot'> = {
      op: 'desired.snapshot',
      answer: async ({ agentId }, { correlationId }): Promise<EdgeResponse> => {
        const devices = await this.db.transaction((tx) => this.setups.desiredOf(tx, agentId));
        return { correlationId, op: 'desired.snapshot', devices };
      },
    };
    this.requests.register(snapshot);
  }
}
