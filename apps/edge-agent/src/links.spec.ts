import { expect, it } from '@jest/globals';
import type { Link, LinkEvents } from '#lib/device-kit';
import { heldUntilOpen } from './links.js';

it('hands on what came while the port opened, in order, after whoever opened it has gone on', async () => {
  const heard: string[] = [];
  let device: LinkEvents | undefined;
  const eager: Link = {
    kind: 'fake',
    label: 'eager',
    async open(events) {
      device = events;
      events.onData(Uint8Array.of(1));
      return { send() {}, close: async () => {} };
    },
  };
  const events: LinkEvents = {
    onData: ([byte]) => void heard.push(`data ${byte}`),
    onMessage: ({ leaf }) => void heard.push(`message ${leaf}`),
    onAnswer: ({ tag }) => void heard.push(`answer ${tag}`),
    onClosed: (reason) => void heard.push(`closed ${reason}`),
  };
  await heldUntilOpen(eager).open(events, new AbortController().signal);
  heard.push('opened');
  device?.onMessage({ leaf: 'up', payload: Uint8Array.of() });
  device?.onAnswer({ tag: 'poll', registers: [] });
  await new Promise(setImmediate);
  device?.onClosed('unplugged');
  expect(heard).toEqual(['opened', 'data 1', 'message up', 'answer poll', 'closed unplugged']);
});
