import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Health } from '#lib/contracts';
import { BrokerBridge } from '../broker/bridge.service.js';
import { AppConfig } from '../config.js';
import { asSystem } from '../context.js';
import { Database, row } from '../database.service.js';
import { MetricsService } from '../metrics.service.js';
import { Refusal } from '../refusal.js';
import { Public } from './allow.js';

const PROBE_LIMIT_MS = 2_000;

/** For whoever runs the process: does it live, can it serve, what does it count. */
@ApiExcludeController()
@Controller()
@Public()
export class HealthController {
  constructor(
    private readonly config: AppConfig,
    private readonly db: Database,
    private readonly bridge: BrokerBridge,
    private readonly metrics: MetricsService,
  ) {}

  @Get('livez')
  livez(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 only without the database: a lost broker degrades, people can still work with the wedge and the screens. */
  @Get('readyz')
  async readyz(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const database: Health['parts'][string] = (await this.databaseAnswers())
      ? { status: 'ok' }
      : { status: 'down', detail: 'The database does not answer.' };
    const broker = this.broker();
    const status = database.status === 'down' ? 'down' : broker.status;
    if (status === 'down') void reply.status(503).header('retry-after', '1');
    return { status, parts: { database, broker } };
  }

  /** Counts tell of the business, so they are answered to this machine only. */
  @Get('metrics')
  async prometheus(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const address = request.socket.remoteAddress ?? '';
    if (!/^(::1|127\.|::ffff:127\.)/.test(address) || request.headers['x-forwarded-for'] !== undefined) {
      throw new Refusal('access.forbidden', 'Metrics are answered to this machine only.', { status: 403 });
    }
    void reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  private broker(): Health['parts'][string] {
    if (!this.config.mqttUrl) return { status: 'degraded', detail: 'No broker is configured.' };
    const lost = this.bridge.connections().filter(({ connected }) => !connected);
    if (lost.length === 0) return { status: 'ok' };
    return {
      status: 'degraded',
      detail: `No connection to the broker for ${lost.map(({ site }) => site).join(', ')}.`,
    };
  }

  private async databaseAnswers(): Promise<boolean> {
    const probe = asSystem('readyz', null, () => this.db.transaction((tx) => row(tx, 'select 1')));
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), PROBE_LIMIT_MS).unref());
    return Promise.race([probe.then(() => true), late]).catch(() => false);
  }
}
