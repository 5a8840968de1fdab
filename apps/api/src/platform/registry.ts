import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { RecordKind } from '#lib/contracts';
import {
  APPLIES,
  APPLIES_TOGETHER,
  type Applier,
  type Applying,
  alone,
  type TogetherApplier,
} from './applies.js';
import type { Tx } from './database.service.js';
import type { HeardEvent } from './events.js';
import { HEARS, HEARS_TOGETHER, type Hearing } from './hears.js';

/** A listener found among the providers. */
export interface Listener {
  /** `Class.method`: the key of its deliveries, so renaming one delivers again. */
  name: string;
  hear(tx: Tx, event: HeardEvent): Promise<void>;
  /** Where it can hear several at once. */
  hearAll?(tx: Tx, events: readonly HeardEvent[]): Promise<void>;
}

/** Which provider methods carry @Hears and @Applies; read once, after all modules stand. */
@Injectable()
export class Registry {
  private listeners: Map<string, Listener[]> | null = null;
  private appliers: Map<RecordKind, Applier> | null = null;
  private together: Map<RecordKind, TogetherApplier> | null = null;

  constructor(private readonly discovery: DiscoveryService) {}

  listenersOf(type: string): Listener[] {
    this.listeners ??= listenersAmong(this.instances());
    return this.listeners.get(type) ?? [];
  }

  applierOf(kind: RecordKind): Applier | null {
    this.appliers ??= appliersAmong(this.instances());
    return this.appliers.get(kind) ?? null;
  }

  /** The method that takes many records of this kind at once; the same one for all kinds that it takes together. */
  togetherOf(kind: RecordKind): TogetherApplier | null {
    this.together ??= togetherAmong(this.instances());
    return this.together.get(kind) ?? null;
  }

  private instances(): object[] {
    const all = this.discovery.getProviders().map((wrapper) => wrapper.instance as unknown);
    return [...new Set(all)].filter(
      (each): each is object => typeof each === 'object' && each !== null && each.constructor !== undefined,
    );
  }
}

/** Every listener among these objects, by the type that it hears. */
export function listenersAmong(instances: readonly object[]): Map<string, Listener[]> {
  const found = new Map<string, Listener[]>();
  const add = (types: readonly string[], listener: Listener) => {
    for (const type of types) found.set(type, [...(found.get(type) ?? []), listener]);
  };
  for (const instance of instances) {
    const of = instance.constructor as { [HEARS]?: Hearing[]; [HEARS_TOGETHER]?: Hearing[] };
    for (const { method, types } of of[HEARS] ?? []) {
      const call = (instance as Record<string, Listener['hear']>)[method]!;
      add(types, { name: `${instance.constructor.name}.${method}`, hear: call.bind(instance) });
    }
    for (const { method, types } of of[HEARS_TOGETHER] ?? []) {
      const call = (instance as Record<string, NonNullable<Listener['hearAll']>>)[method]!;
      const hearAll = call.bind(instance);
      const name = `${instance.constructor.name}.${method}`;
      add(types, { name, hear: (tx, event) => hearAll(tx, [event]), hearAll });
    }
  }
  return found;
}

/** Who applies each kind among these objects. */
export function appliersAmong(instances: readonly object[]): Map<RecordKind, Applier> {
  const found = new Map<RecordKind, Applier>();
  const add = (kinds: readonly RecordKind[], apply: Applier) => {
    for (const kind of kinds) {
      if (found.has(kind)) throw new Error(`two methods apply ${kind} records`);
      found.set(kind, apply);
    }
  };
  for (const instance of instances) {
    const applyings = (instance.constructor as { [APPLIES]?: Applying[] })[APPLIES] ?? [];
    for (const { method, kinds } of applyings) {
      add(kinds, (instance as Record<string, Applier>)[method]!.bind(instance));
    }
  }
  for (const [kind, apply] of togetherAmong(instances)) add([kind], alone(apply));
  return found;
}

function togetherAmong(instances: readonly object[]): Map<RecordKind, TogetherApplier> {
  const found = new Map<RecordKind, TogetherApplier>();
  for (const instance of instances) {
    const applyings = (instance.constructor as { [APPLIES_TOGETHER]?: Applying[] })[APPLIES_TOGETHER] ?? [];
    for (const { method, kinds } of applyings) {
      const apply = (instance as Record<string, TogetherApplier>)[method]!.bind(instance);
      for (const kind of kinds) found.set(kind, apply);
    }
  }
  return found;
}
