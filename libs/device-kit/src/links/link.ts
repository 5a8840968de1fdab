import type { Effect, LinkKind, ModbusAnswer } from '../driver.js';

/** An MQTT message; `leaf` is the topic below the device's base. */
export interface LinkMessage {
  leaf: string;
  payload: Uint8Array;
}

/** What a link tells its session. After `onClosed` it says no more. */
export interface LinkEvents {
  onData(chunk: Uint8Array): void;
  onMessage(message: LinkMessage): void;
  onAnswer(answer: ModbusAnswer): void;
  /** The other side is gone, or a request timed out. At most once. */
  onClosed(reason: string): void;
}

/** The effects that leave the process. */
export type Outgoing = Extract<
  Effect,
  { do: 'write' | 'publish' | 'modbus' | 'discard-input' | 'set-lines' }
>;

/** An open link. `send` hands over and returns; trouble comes back as `onClosed`. */
export interface Connection {
  send(outgoing: Outgoing): void;
  /** Idempotent. Does not call `onClosed`. */
  close(): Promise<void>;
}

/** A way to a device. Holds nothing until `open`; may be opened again after it closed. */
export interface Link {
  readonly kind: LinkKind;
  /** For people: "/dev/serial/by-id/... at 9600 8N1". */
  readonly label: string;
  /**
   * Resolves when bytes can flow; rejects with a sentence that says what to look at. Has its own time limit, except for a
   * server that waits to be called: `signal` ends that wait.
   */
  open(events: LinkEvents, signal: AbortSignal): Promise<Connection>;
}

/** Wraps events so that `onClosed` is said once and nothing follows it. */
export function onceClosed(events: LinkEvents): LinkEvents & { silence(): void; closed(): boolean } {
  let closed = false;
  return {
    onData: (chunk) => void (closed || events.onData(chunk)),
    onMessage: (message) => void (closed || events.onMessage(message)),
    onAnswer: (answer) => void (closed || events.onAnswer(answer)),
    onClosed(reason) {
      if (closed) return;
      closed = true;
      events.onClosed(reason);
    },
    silence() {
      closed = true;
    },
    closed: () => closed,
  };
}

/** The answer when a codec asks a link for what it can't do: a fault of the driver, so it is thrown at the session. */
export function cannotSend(link: Link, outgoing: Outgoing): never {
  throw new TypeError(`a ${link.kind} link can't do "${outgoing.do}"`);
}
