import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as Metrics } from 'prom-client';
import { BrokerBridge } from './broker/bridge.service.js';
import { asSystem } from './context.js';
import { Database, row } from './database.service.js';
import { LiveServer } from './realtime/live-server.service.js';

/** What Prometheus reads at `/metrics`. */
@Injectable()
export class MetricsService {
  readonly registry = new Metrics();
  readonly answered = new Histogram({
    name: 'wavehouse_http_seconds',
    help: 'Time to answer a request, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly refusals = new Counter({
    name: 'wavehouse_refusals_total',
    help: 'Refused requests, by code',
    labelNames: ['code'],
    registers: [this.registry],
  });

  constructor(db: Database, bridge: BrokerBridge, live: LiveServer) {
    collectDefaultMetrics({ register: this.registry });
    const gauge = (
      name: string,
      help: string,
      labelNames: string[],
      collect: (this: Gauge) => void | Promise<void>,
    ) => new Gauge({ name, help, labelNames, registers: [this.registry], collect });
    gauge('wavehouse_live_sockets', 'Connected sockets, by namespace', ['namespace'], function () {
      for (const [namespace, count] of Object.entries(live.counts())) this.set({ namespace }, count);
    });
    gauge('wavehouse_broker_connected', '1 while the site has its broker', ['site'], function () {
      for (const { site, connected } of bridge.connections()) this.set({ site }, connected ? 1 : 0);
    });
    gauge('wavehouse_events_waiting', 'Committed events that no listener has had yet', [], async function () {
      this.set((await waitingEvents(db)) ?? Number.NaN);
    });
  }
}

async function waitingEvents(db: Database): Promise<number | null> {
  const found = await asSystem('metrics', null, () =>
    db.transaction((tx) =>
      row<{ count: string }>(tx, 'select count(*) as count from events where published_at is null'),
    ),
  ).catch(() => null);
  return found ? Number(found.count) : null;
}
