import 'fake-indexeddb/auto';
import { ApiError } from '../api/client.js';
import { ConfirmQueue, type QueuedConfirm, type Send, type Settled } from './confirm-queue.js';

let person = 0;
const open: ConfirmQueue[] = [];

function queueOf(personId: string, send: Send): ConfirmQueue {
  const queue = new ConfirmQueue(personId, send);
  open.push(queue);
  return queue;
}

function confirm(eventId: string): QueuedConfirm {
  return { eventId, path: `/p/${eventId}`, body: {}, at: new Date().toISOString(), title: eventId };
}

function settled(queue: ConfirmQueue, count: number): Promise<[string, Settled][]> {
  const heard: [string, Settled][] = [];
  return new Promise((resolve) => {
    queue.onSettled(({ eventId }, outcome) => {
      heard.push([eventId, outcome]);
      if (heard.length === count) resolve(heard);
    });
  });
}

const refusal = (status: number): ApiError => new ApiError(status, null);

beforeEach(() => {
  person += 1;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.close()));
});

describe('ConfirmQueue', () => {
  it('sends in the order of the scans, one at a time', async () => {
    let inFlight = 0;
    const sent: string[] = [];
    const queue = queueOf(`p${person}`, async ({ eventId }) => {
      inFlight += 1;
      expect(inFlight).toBe(1);
      await Promise.resolve();
      sent.push(eventId);
      inFlight -= 1;
    });
    const all = settled(queue, 3);
    queue.resume();
    await Promise.all(['a', 'b', 'c'].map((id) => queue.add(confirm(id))));
    await all;
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(queue.state.waiting).toEqual([]);
  });

  it('tries again what the network or the server swallowed, with the same event id', async () => {
    const faults = [refusal(0), refusal(503), refusal(401)];
    const tries: string[] = [];
    const queue = queueOf(`p${person}`, async ({ eventId }) => {
      tries.push(eventId);
      const fault = faults.shift();
      if (fault) {
        setImmediate(() => queue.nudge());
        throw fault;
      }
      return 'booked';
    });
    const all = settled(queue, 1);
    queue.resume();
    await queue.add(confirm('a'));
    expect(await all).toEqual([['a', { ok: true, answer: 'booked' }]]);
    expect(tries).toEqual(['a', 'a', 'a', 'a']);
  });

  it('hands a refusal on and goes on with the next', async () => {
    const queue = queueOf(`p${person}`, async ({ eventId }) => {
      if (eventId === 'a') throw refusal(409);
    });
    const all = settled(queue, 2);
    queue.resume();
    await queue.add(confirm('a'));
    await queue.add(confirm('b'));
    expect((await all).map(([id, { ok }]) => [id, ok])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('keeps what waits for the next start of the page', async () => {
    const before = queueOf(`p${person}`, async () => undefined);
    await before.add(confirm('a'));
    await before.close();
    const sent: string[] = [];
    const after = queueOf(`p${person}`, async ({ eventId }) => sent.push(eventId));
    await after.ready;
    expect(after.state.waiting).toHaveLength(1);
    const all = settled(after, 1);
    after.resume();
    await all;
    expect(sent).toEqual(['a']);
  });

  it('sends nothing while its person is not signed in, and nothing of somebody else', async () => {
    const sent: string[] = [];
    const send: Send = async ({ eventId }) => sent.push(eventId);
    const away = queueOf(`away${person}`, send);
    const here = queueOf(`here${person}`, send);
    await away.add(confirm('theirs'));
    const all = settled(here, 1);
    here.resume();
    await here.add(confirm('mine'));
    await all;
    expect(sent).toEqual(['mine']);
    expect(away.state.waiting.map(({ eventId }) => eventId)).toEqual(['theirs']);
  });
});
