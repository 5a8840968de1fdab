import { decideRival } from './decide-rival.js';

const channel = (name: string, batchOrders: number) => ({ kind: 'channel' as const, name, batchOrders });

describe('of two that may take the same orders', () => {
  it('the channel that waits for fewer goes first', () => {
    expect(decideRival(channel('Night', 60), channel('Flow', 12), true)).toMatchObject({
      goesFirst: true,
      because: {
        code: 'first-smaller-batch',
        text: 'Flow goes first: it waits for 12 orders, Night for 60.',
      },
    });
    expect(decideRival(channel('Flow', 12), channel('Night', 60), false)).toMatchObject({
      goesFirst: false,
      because: { facts: { first: 'Flow', few: 12, second: 'Night', many: 60 } },
    });
  });

  it('of channels alike the one that is looked at first', () => {
    const [day, flow] = [channel('Day', 12), channel('Flow', 12)];
    expect(decideRival(flow, day, false)).toMatchObject({
      goesFirst: true,
      because: { facts: { first: 'Day' } },
    });
    expect(decideRival(day, flow, true)).toMatchObject({
      goesFirst: false,
      because: { facts: { first: 'Day' } },
    });
  });

  it('a channel goes before a schedule', () => {
    expect(decideRival(channel('Flow', 12), { kind: 'schedule', name: 'Noon' }, true)).toMatchObject({
      goesFirst: false,
      because: {
        code: 'first-as-they-come',
        text: 'Flow goes first: it takes orders as they come, Noon when it is due.',
      },
    });
  });
});
