import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { faultsOfStates, stateMachines, systemClock } from '#lib/contracts';
import { BrokerBridge } from './broker/bridge.service.js';
import { EdgeAnswers } from './broker/edge-answers.service.js';
import { EdgeConsole } from './broker/edge-console.js';
import { Uplink } from './broker/uplink.service.js';
import { CLOCK } from './clock.js';
import { AppConfig, readConfig } from './config.js';
import { openDataSource } from './data-source.js';
import { Database } from './database.service.js';
import { EdgeDownlink, EdgeRequests } from './edge-requests.js';
import { HealthController } from './http/health.controller.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { ProblemFilter } from './http/problem.filter.js';
import { validationPipe } from './http/validation.js';
import { Housekeeping } from './jobs/housekeeping.job.js';
import { Jobs } from './jobs/jobs.service.js';
import { Live } from './live.js';
import { MetricsService } from './metrics.service.js';
import { Relay } from './outbox/relay.service.js';
import { LiveServer } from './realtime/live-server.service.js';
import { Registry } from './registry.js';

/** The ground under all modules: database, events, broker, live screens, errors, jobs. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [HealthController],
  providers: [
    { provide: AppConfig, useFactory: () => readConfig(process.env) },
    { provide: CLOCK, useValue: systemClock },
    {
      provide: DataSource,
      useFactory: (config: AppConfig) => openDataSource(config.databaseUrl),
      inject: [AppConfig],
    },
    Database,
    Registry,
    Relay,
    Uplink,
    EdgeAnswers,
    EdgeRequests,
    EdgeConsole,
    BrokerBridge,
    { provide: EdgeDownlink, useExisting: BrokerBridge },
    LiveServer,
    { provide: Live, useExisting: LiveServer },
    MetricsService,
    Jobs,
    Housekeeping,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_PIPE, useFactory: validationPipe },
  ],
  exports: [
    AppConfig,
    CLOCK,
    DataSource,
    Database,
    EdgeConsole,
    EdgeDownlink,
    EdgeRequests,
    Live,
    MetricsService,
    Jobs,
  ],
})
export class PlatformModule implements OnApplicationShutdown {
  constructor(private readonly source: DataSource) {
    const faults = Object.entries(stateMachines).flatMap(([name, { table, initial }]) =>
      faultsOfStates(name, table, initial),
    );
    if (faults.length > 0) throw new Error(`The state tables are unsound:\n${faults.join('\n')}`);
  }

  /** Last of all: what stops before may still write. */
  async onApplicationShutdown(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}
