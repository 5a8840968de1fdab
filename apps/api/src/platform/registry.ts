import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { RecordKind } from '#lib/contracts';
import { APPLIES, type Applier, type Applying } from './applies.js';
import type { Tx } from './database.service.js';
import type { HeardEvent } from './events.js';
import { HEARS, type Hearing } from './hears.js';

/** A listener found among the providers. */
export interface Listener {
  /** `Class.method`: the key of its deliveries, so renaming one delivers again. */
  name: string;
  hear(tx: Tx, event: HeardEvent): Promise<void>;
}

/** Which provider methods carry @Hears and @Applies; read once, after all modules stand. */
@Injectable()
export class Registry {
  private listeners: Map<string, Listener[]> | null = null;
  private appliers: Map<RecordKind, Applier> | null = null;

  constructor(private readonly discovery: DiscoveryService) {}

  listenersOf(type: string): Listener[] {
    this.listeners ??= this.findListeners();
    return this.listeners.get(type) ?? [];
  }

  applierOf(kind: RecordKind): Applier | null {
    this.appliers ??= this.findAppliers();
    return this.appliers.get(kind) ?? null;
  }

  private findListeners(): Map<string, Listener[]> {
    const found = new Map<string, Listener[]>();
    for (const instance of this.instances()) {
      const hearings = (instance.constructor as { [HEARS]?: Hearing[] })[HEARS] ?? [];
      for (const { method, types } of hearings) {
        const name = `${instance.constructor.name}.${method}`;
        const call = (instance as Record<string, Listener['hear']>)[method]!;
        const listener = { name, hear: call.bind(instance) };
        for (const type of types) found.set(type, [...(found.get(type) ?? []), listener]);
      }
    }
    return found;
  }

  private findAppliers(): Map<RecordKind, Applier> {
    const found = new Map<RecordKind, Applier>();
    for (const instance of this.instances()) {
      const applyings = (instance.constructor as { [APPLIES]?: Applying[] })[APPLIES] ?? [];
      for (const { method, kinds } of applyings) {
        const apply = (instance as Record<string, Applier>)[method]!.bind(instance);
        for (const kind of kinds) {
          if (found.has(kind)) throw new Error(`two methods apply ${kind} records`);
          found.set(kind, apply);
        }
      }
    }
    return found;
  }

  private instances(): object[] {
    const all = this.discovery.getProviders().map((wrapper) => wrapper.instance as unknown);
    return [...new Set(all)].filter(
      (each): each is object => typeof each === 'object' && each !== null && each.constructor !== undefined,
    );
  }
}
