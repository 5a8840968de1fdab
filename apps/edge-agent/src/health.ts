import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { StartupError } from './store.js';

/** What the agent counts about itself. */
export class Metrics {
  readonly registry = new Registry();
  readonly readings = this.counter('readings_total', 'Readings kept in the outbox', ['device', 'kind']);
  readonly refused = this.counter('readings_refused_total', 'Readings that could not be kept', [
    'device',
    'reason',
  ]);
  readonly commands = this.counter('commands_total', 'Commands received', ['device']);
  readonly decisions = this.counter('decisions_total', 'Decisions at scan points', ['point', 'action', 'by']);
  readonly decisionSeconds = new Histogram({
    name: 'wavehouse_edge_decision_seconds',
    help: "From the scan point's bytes to the route's bytes",
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
    labelNames: ['by'],
    registers: [this.registry],
  });

  constructor(state: {
    outboxDepth: () => number;
    connected: () => boolean;
    fenced: () => boolean;
    routes: () => number;
  }) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge('outbox_depth', 'Records that the core has not committed', state.outboxDepth);
    this.gauge('core_connected', '1 while the core answers', () => Number(state.connected()));
    this.gauge('fenced', '1 while another process has taken the place of this one', () =>
      Number(state.fenced()),
    );
    this.gauge('routes', 'Parcels with a known route', state.routes);
  }

  private counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name: `wavehouse_edge_${name}`, help, labelNames, registers: [this.registry] });
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `wavehouse_edge_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}

/** Serves `/livez` and `/metrics`. Throws a {@link StartupError} when the port is taken. */
export async function serveHealth(metrics: Metrics, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/livez') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
      return;
    }
    if (request.method === 'GET' && request.url === '/metrics') {
      metrics.registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
      return;
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new StartupError(`AGENT_HTTP_PORT ${port} on ${host}: ${error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
