import type { Connection, Link, LinkEvents, Outgoing } from './link.js';
import { onceClosed } from './link.js';

/** A link in memory: the test plays the device. Everything sent is kept in `sent`. */
export class FakeLink implements Link {
  readonly kind = 'fake';
  readonly label = 'fake';
  readonly sent: Outgoing[] = [];
  /** Set to make the next opens fail with this reason. */
  refuse: string | null = null;
  opened = 0;
  private events: ReturnType<typeof onceClosed> | null = null;

  async open(events: LinkEvents): Promise<Connection> {
    if (this.refuse !== null) throw new Error(this.refuse);
    this.opened++;
    const mine = onceClosed(events);
    this.events = mine;
    return {
      send: (outgoing) => void this.sent.push(outgoing),
      close: async () => mine.silence(),
    };
  }

  /** The side of the device. Nothing happens when the link is not open. */
  device(): LinkEvents {
    const gone: LinkEvents = { onData() {}, onMessage() {}, onAnswer() {}, onClosed() {} };
    return this.events ?? gone;
  }
}
