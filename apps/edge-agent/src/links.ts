import type { Link, LinkEvents } from '#lib/device-kit';

/** Hears when a link opens and when it ends by itself. */
export interface LinkWatch {
  onOpened(): void;
  onClosed(reason: string): void;
}

/**
 * A link that says nothing before its `open` has been answered. A device may speak the very moment its port opens (a scanner
 * in use while the agent starts), and its session must have greeted the driver first.
 */
export function heldUntilOpen(link: Link, watch?: LinkWatch): Link {
  return {
    kind: link.kind,
    label: link.label,
    async open(events, signal) {
      let early: (() => void)[] | null = [];
      const hold = (tell: () => void) => {
        if (early) early.push(tell);
        else tell();
      };
      const held: LinkEvents = {
        onData: (chunk) => hold(() => events.onData(chunk)),
        onMessage: (message) => hold(() => events.onMessage(message)),
        onAnswer: (answer) => hold(() => events.onAnswer(answer)),
        onClosed: (reason) =>
          hold(() => {
            watch?.onClosed(reason);
            events.onClosed(reason);
          }),
      };
      const connection = await link.open(held, signal);
      watch?.onOpened();
      // Whoever awaits us goes on in a microtask, which is before this.
      setImmediate(() => {
        const waiting = early ?? [];
        early = null;
        for (const tell of waiting) tell();
      });
      return connection;
    },
  };
}
