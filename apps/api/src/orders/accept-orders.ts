import type { NewOrder } from '#lib/contracts';
import type { FieldError } from '../platform/refusal.js';
import { nextCutOff } from './cut-off.js';

/** What an order is checked against. */
export interface Offered {
  now: Date;
  timeZone: string;
  /** By SKU. */
  items: ReadonlyMap<string, { id: string; active: boolean }>;
  /** Cut-off of each service, by `carrier service`. */
  services: ReadonlyMap<string, { cutOffTime: string }>;
  carriers: ReadonlySet<string>;
}

export interface AcceptedLine {
  sku: string;
  itemId: string;
  quantity: number;
}

export type Acceptance =
  | { accepted: true; priority: number; cutOffAt: Date; lines: AcceptedLine[] }
  | { accepted: false; code: `orders.${string}`; detail: string; errors: FieldError[] };

const NORMAL_PRIORITY = 5;

export const serviceKey = (carrier: string, service: string) => `${carrier} ${service}`;

/** Whether a well-formed order can be taken on at this site; names all that stands against it. */
export function acceptOrder(order: NewOrder, offered: Offered): Acceptance {
  const faults: { code: `orders.${string}`; error: FieldError }[] = [];
  const service = offered.services.get(serviceKey(order.carrier, order.service));
  if (!offered.carriers.has(order.carrier)) {
    faults.push(fault('orders.unknown-carrier', 'carrier', `${order.carrier} does not collect here`));
  } else if (!service) {
    const message = `${order.carrier} offers no service ${order.service} here`;
    faults.push(fault('orders.unknown-service', 'service', message));
  }
  const lines: AcceptedLine[] = [];
  order.lines.forEach(({ sku, quantity }, at) => {
    const item = offered.items.get(sku);
    if (item?.active) lines.push({ sku, itemId: item.id, quantity });
    else {
      const message = item ? `${sku} is no longer sold` : `there is no item ${sku}`;
      faults.push(fault(item ? 'orders.inactive-sku' : 'orders.unknown-sku', `lines.${at}.sku`, message));
    }
  });
  const asked = order.cutOffAt === undefined ? null : new Date(order.cutOffAt);
  if (asked && Number.isNaN(asked.getTime())) {
    faults.push(fault('orders.invalid', 'cutOffAt', 'is no moment of the calendar'));
  }
  const first = faults[0];
  if (first) {
    const errors = faults.map(({ error }) => error);
    return {
      accepted: false,
      code: first.code,
      detail: `${sentence(errors.map(({ message }) => message))}.`,
      errors,
    };
  }
  const cutOffAt = asked ?? nextCutOff(offered.now, service!.cutOffTime, offered.timeZone);
  return { accepted: true, priority: order.priority ?? NORMAL_PRIORITY, cutOffAt, lines };
}

function fault(code: `orders.${string}`, field: string, message: string) {
  return { code, error: { field, message } };
}

function sentence(parts: string[]): string {
  const text = parts.slice(0, 5).join('; ');
  return text[0]!.toUpperCase() + text.slice(1) + (parts.length > 5 ? ` and ${parts.length - 5} more` : '');
}
