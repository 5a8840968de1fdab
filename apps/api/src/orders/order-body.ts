import { createHash } from 'node:crypto';
import type { NewOrder } from '#lib/contracts';

/** What a merchant sent, without whose it is: the body that the same reference must carry again. */
export type OrderBody = Omit<NewOrder, 'merchantCode'>;

export function orderBody(order: NewOrder): OrderBody {
  const { merchantCode: _whose, ...body } = order;
  return body;
}

/** Equal for equal bodies, whatever the order of their keys. */
export function bodyHash(body: OrderBody): string {
  return createHash('sha256').update(canonical(body)).digest('hex');
}

/** The fields in which two bodies differ, such as `lines.1.quantity`. */
export function orderDifferences(first: unknown, second: unknown, path = ''): string[] {
  // A field that is absent is not one that is null, and an empty list is not an empty object: their hashes differ.
  if ((first === undefined) !== (second === undefined)) return [path];
  if (canonical(first) === canonical(second)) return [];
  if (!isObject(first) || !isObject(second) || Array.isArray(first) !== Array.isArray(second)) return [path];
  const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return keys.flatMap((key) => orderDifferences(first[key], second[key], path ? `${path}.${key}` : key));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([one], [two]) => (one < two ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
