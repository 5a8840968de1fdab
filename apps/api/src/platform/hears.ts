import type { Tx } from './database.service.js';
import type { EventType, HeardEvent } from './events.js';

export const HEARS = Symbol('wavehouse:hears');
export const HEARS_TOGETHER = Symbol('wavehouse:hears-together');

export interface Hearing {
  method: string;
  types: EventType[];
}

/**
 * Marks a provider's method as a listener: `async closeOrderWhenAllParcelsShipped(tx: Tx, event: HeardEvent<...>)`. It runs in a transaction of its own
 * together with the note that it ran, so its effect in the database happens once although delivery is at least once.
 * A throw is retried with back-off; after the last attempt the delivery is dead and an exception is opened.
 */
export function Hears(...types: EventType[]) {
  return <M extends (tx: Tx, event: HeardEvent<never>) => Promise<void>>(
    target: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const of = target.constructor as { [HEARS]?: Hearing[] };
    if (!Object.hasOwn(of, HEARS)) of[HEARS] = [];
    of[HEARS]!.push({ method: String(method), types });
  };
}

/**
 * {@link Hears} for events that come in numbers: `async setRoutes(tx: Tx, events: readonly HeardEvent<...>[])` takes those of several
 * aggregates at once, in one transaction with the notes that it ran. When it throws, each event is offered to it alone, so that one
 * that cannot be heard does not keep the others back.
 */
export function HearsTogether(...types: EventType[]) {
  return <M extends (tx: Tx, events: readonly HeardEvent<never>[]) => Promise<void>>(
    target: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const of = target.constructor as { [HEARS_TOGETHER]?: Hearing[] };
    if (!Object.hasOwn(of, HEARS_TOGETHER)) of[HEARS_TOGETHER] = [];
    of[HEARS_TOGETHER]!.push({ method: String(method), types });
  };
}
