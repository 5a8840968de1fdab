import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { EdgeResponse } from '#lib/contracts';
import { asSystem } from '../platform/context.js';
import { Database, rows } from '../platform/database.service.js';
import { EdgeRequests } from '../platform/edge-requests.js';
import { Repeating } from '../platform/repeating.js';
import { PlannedLabelsService } from './planned-labels.service.js';

/** A tote waits at its bench for longer than this; what changes meanwhile is seen when the paper is reported. */
const TURN_EVERY_MS = 5_000;

/** Plans labels again and again, and answers agents that ask what they may keep. */
@Injectable()
export class PlannedLabelsJob implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly turns: Repeating;

  constructor(
    private readonly db: Database,
    private readonly labels: PlannedLabelsService,
    private readonly requests: EdgeRequests,
  ) {
    this.turns = new Repeating('PlannedLabelsJob', TURN_EVERY_MS, () => this.everySite());
  }

  onModuleInit(): void {
    this.requests.register<'labels.snapshot'>({
      op: 'labels.snapshot',
      answer: async ({ agentId }, { correlationId }): Promise<EdgeResponse> => {
        const labels = await this.db.transaction((tx) => this.labels.snapshot(tx, agentId));
        return { correlationId, op: 'labels.snapshot', labels };
      },
    });
  }

  onApplicationBootstrap(): void {
    this.turns.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.turns.stop();
  }

  private async everySite(): Promise<void> {
    const sites = await asSystem('packing', null, () =>
      this.db.transaction((tx) => rows<{ id: number }>(tx, 'select id from sites order by id')),
    );
    for (const { id } of sites) {
      await asSystem('packing', id, () => this.db.transaction((tx) => this.labels.turn(tx)));
    }
  }
}
