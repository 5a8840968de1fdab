import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Metrics, portOf, serveHealth } from './health.js';

let server: Server;
let metrics: Metrics;
let depth = 0;

beforeEach(async () => {
  metrics = new Metrics({
    outboxDepth: () => depth,
    connected: () => true,
    fenced: () => false,
    routes: () => 3,
  });
  server = await serveHealth(metrics, '127.0.0.1', 0);
});
afterEach(() => {
  server.close();
});

const get = (path: string) => fetch(`http://127.0.0.1:${portOf(server)}${path}`);

it('says that it lives, counts what it did and shows what is as of now', async () => {
  expect(await (await get('/livez')).text()).toBe('ok\n');
  metrics.readings.inc({ device: 'scan-1', kind: 'scan.read' });
  depth = 42;
  const text = await (await get('/metrics')).text();
  expect(text).toContain('wavehouse_edge_readings_total{device="scan-1",kind="scan.read"} 1');
  expect(text).toContain('wavehouse_edge_outbox_depth 42');
  expect(text).toContain('wavehouse_edge_core_connected 1');
  expect((await get('/anything')).status).toBe(404);
});

it('says in one sentence that its port is taken', async () => {
  await expect(serveHealth(metrics, '127.0.0.1', portOf(server))).rejects.toThrow(
    /^AGENT_HTTP_PORT \d+ on 127\.0\.0\.1: .*EADDRINUSE/,
  );
});
