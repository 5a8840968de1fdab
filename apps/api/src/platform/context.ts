import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

export type Role = 'admin' | 'supervisor' | 'operator' | 'integrator';

/** Who acts. Decides what the database lets through (row-level security), so there is no transaction without one. */
export type Actor =
  | {
      kind: 'person';
      personId: string;
      name: string;
      siteId: number;
      roles: Role[];
      sessionId: string;
      face: 'office' | 'floor';
      stationId: string | null;
      language: string;
    }
  | { kind: 'merchant'; merchantId: string; siteId: number; keyId: string; scopes: string[] }
  /** The core itself: a job, a listener, the device bridge. Without a site it sees all sites. */
  | { kind: 'system'; name: string; siteId: number | null };

interface Context {
  trace: string;
  actor: Actor | null;
}

const storage = new AsyncLocalStorage<Context>();

/** 32 hex digits, the W3C trace-context form. */
export function newTrace(): string {
  return randomBytes(16).toString('hex');
}

/** Runs `work` with a context of its own; the actor may be set later by `become` (the HTTP guard does). */
export function withContext<T>(trace: string, actor: Actor | null, work: () => T): T {
  return storage.run({ trace, actor }, work);
}

/** Runs `work` as the core itself, keeping the trace of the caller where there is one. */
export function asSystem<T>(name: string, siteId: number | null, work: () => T): T {
  return storage.run({ trace: currentTrace(), actor: { kind: 'system', name, siteId } }, work);
}

/** Sets the actor of the running context once the credentials have been checked. */
export function become(actor: Actor): void {
  const context = storage.getStore();
  if (!context) throw new Error('become() was called outside a context');
  context.actor = actor;
}

export function currentActor(): Actor | null {
  return storage.getStore()?.actor ?? null;
}

/** False outside any request, delivery or job: there is no trace worth writing down. */
export function hasContext(): boolean {
  return storage.getStore() !== undefined;
}

export function currentTrace(): string {
  return storage.getStore()?.trace ?? newTrace();
}

/** How an actor is written into rows and logs: `person:<id>`, `merchant:<id>`, `system:<name>`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return `person:${actor.personId}`;
    case 'merchant':
      return `merchant:${actor.merchantId}`;
    case 'system':
      return `system:${actor.name}`;
  }
}
