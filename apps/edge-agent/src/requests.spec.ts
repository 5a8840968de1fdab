import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { EdgeRequest } from '#lib/contracts';
import { NoAnswer, Refused, Requests } from './requests.js';

let sent: EdgeRequest[];
let logged: string[];
let connected: boolean;
let requests: Requests;

beforeEach(() => {
  sent = [];
  logged = [];
  connected = true;
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  requests = new Requests((_device, request) => connected && sent.push(request) > 0, log);
});

const ask = (limitMs = 60_000) => requests.ask('agent', { op: 'routes.snapshot' }, limitMs);

describe('a question to the core', () => {
  it('is answered by the answer with its correlation id', async () => {
    const [first, second] = [ask(), ask()];
    requests.answered({ correlationId: sent[1]!.correlationId, op: 'routes.snapshot', version: 2 });
    requests.answered({ correlationId: sent[0]!.correlationId, op: 'routes.snapshot', version: 1 });
    expect((await first).version).toBe(1);
    expect((await second).version).toBe(2);
  });

  it('fails with the reason of a refusal', async () => {
    const asked = ask();
    requests.answered({ correlationId: sent[0]!.correlationId, op: 'refused', reason: 'unknown agent' });
    await expect(asked).rejects.toEqual(new Refused('unknown agent'));
  });

  it('fails when it is answered with something else', async () => {
    const asked = ask();
    requests.answered({ correlationId: sent[0]!.correlationId, op: 'route.ask', route: null });
    await expect(asked).rejects.toBeInstanceOf(Refused);
  });

  it('fails at once when there is no connection', async () => {
    connected = false;
    await expect(ask()).rejects.toBeInstanceOf(NoAnswer);
  });

  it('fails at its deadline, and an answer after it is logged and not used', async () => {
    await expect(ask(5)).rejects.toBeInstanceOf(NoAnswer);
    requests.answered({ correlationId: sent[0]!.correlationId, op: 'routes.snapshot', version: 1 });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('too late');
  });
});
