import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BootedApp, bootApp } from './booted-app.js';

let booted: BootedApp;
beforeAll(async () => {
  booted = await bootApp();
}, 120_000);
afterAll(() => booted.close());

describe('health', () => {
  it('lives and is ready, degraded without a broker', async () => {
    expect((await booted.request('GET', '/livez')).body).toEqual({ status: 'ok' });
    const ready = await booted.request('GET', '/readyz');
    expect(ready.status).toBe(200);
    expect(ready.body.status).toBe('degraded');
    expect((await booted.request('GET', '/metrics')).body).toContain('wavehouse_live_sockets');
  });
});
