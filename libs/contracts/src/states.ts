/**
 * The state machines of the floor as data: `from -> [to]`. The core checks them at boot and moves rows only along them;
 * the screens show the buttons that they allow.
 */
export type StateTable<S extends string> = Readonly<Record<S, readonly S[]>>;

export type StateOf<T> = T extends StateTable<infer S> ? S : never;

function table<const S extends string>(states: Record<S, readonly NoInfer<S>[]>): StateTable<S> {
  return states;
}

export const orderStates = table({
  received: ['accepted', 'rejected'],
  accepted: ['ready', 'cancelled', 'closed-short'],
  ready: ['released', 'accepted', 'cancelled', 'closed-short'],
  released: ['picking', 'ready', 'accepted', 'cancelled', 'closed-short'],
  picking: ['picked', 'ready', 'accepted', 'cancelled', 'closed-short'],
  // Back to picking: the last put at a put wall was undone.
  picked: ['packing', 'picking', 'ready', 'accepted', 'cancelled', 'closed-short'],
  // Back to ready or accepted: the release of its wave was undone while its parcels stood at the bench.
  packing: ['packed', 'picked', 'ready', 'accepted', 'cancelled', 'closed-short'],
  packed: ['staged', 'packing', 'ready', 'accepted', 'cancelled'],
  staged: ['shipped', 'packing', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  rejected: [],
  cancelled: [],
  'closed-short': [],
});

export const waveStates = table({
  draft: ['planning', 'cancelled'],
  planning: ['planned', 'failed'],
  planned: ['locked', 'released', 'cancelled', 'planning'],
  locked: ['planned', 'cancelled'],
  released: ['in-progress', 'undoing', 'completed'],
  'in-progress': ['completed', 'undoing'],
  completed: [],
  failed: ['planning', 'cancelled'],
  undoing: ['cancelled', 'in-progress'],
  cancelled: [],
});

export const waveStepStates = table({
  pending: ['running', 'skipped'],
  running: ['succeeded', 'failed', 'skipped'],
  succeeded: ['compensated', 'running'],
  skipped: ['running'],
  failed: ['running', 'compensated'],
  compensated: ['running'],
});

export const waveLineStates = table({
  included: ['short', 'removed', 'rewave-queued', 'failed'],
  short: ['rewave-queued', 'failed', 'removed'],
  removed: ['rewave-queued', 'failed'],
  'rewave-queued': ['failed'],
  failed: [],
});

export const runStates = table({
  blocked: ['ready', 'cancelled'],
  ready: ['assigned', 'cancelled'],
  assigned: ['in-progress', 'ready', 'cancelled'],
  'in-progress': ['picked', 'ready', 'cancelled'],
  picked: ['dropped'],
  dropped: ['done'],
  done: [],
  cancelled: [],
});

export const taskStates = table({
  blocked: ['ready', 'short', 'cancelled'],
  ready: ['assigned', 'in-progress', 'picked', 'short', 'done', 'cancelled'],
  assigned: ['in-progress', 'picked', 'short', 'done', 'ready', 'cancelled'],
  'in-progress': ['picked', 'short', 'ready', 'cancelled'],
  picked: ['dropped', 'done'],
  dropped: ['done'],
  done: [],
  short: [],
  cancelled: [],
});

export const replenishmentStates = table({
  ready: ['assigned', 'done', 'failed', 'cancelled'],
  assigned: ['ready', 'done', 'failed', 'cancelled'],
  done: [],
  failed: [],
  cancelled: [],
});

export const parcelStates = table({
  planned: ['open', 'cancelled'],
  open: ['closed', 'cancelled'],
  closed: ['verified', 'open', 'cancelled'],
  verified: ['labelled', 'open', 'cancelled'],
  // Staged without a confirm: carried by hand, or found in its lane after the conveyor lost it.
  labelled: ['inducted', 'staged', 'open', 'cancelled'],
  inducted: ['diverted', 'inducted', 'staged', 'cancelled'],
  diverted: ['staged', 'inducted', 'cancelled'],
  staged: ['loaded', 'inducted', 'cancelled'],
  loaded: ['shipped', 'staged'],
  shipped: [],
  cancelled: [],
});

export const labelStates = table({
  wanted: ['asked', 'voided'],
  asked: ['got', 'refused', 'unknown'],
  got: ['voided'],
  refused: ['asked', 'voided'],
  unknown: ['got', 'refused', 'voided'],
  voided: [],
});

export const printStates = table({
  queued: ['sent', 'printed', 'failed', 'unknown'],
  sent: ['printed', 'failed', 'unknown'],
  unknown: ['printed', 'failed'],
  printed: [],
  failed: [],
});

export const decisionStates = table({
  seen: ['decided', 'confirmed', 'lost'],
  decided: ['sent', 'confirmed', 'lost'],
  sent: ['confirmed', 'lost'],
  confirmed: [],
  lost: [],
});

export const manifestStates = table({ open: ['closed'], closed: ['transmitted'], transmitted: [] });

export const loadStates = table({
  planned: ['loading'],
  loading: ['loaded'],
  loaded: ['departed', 'loading'],
  departed: [],
});

export const deviceStates = table({
  init: ['ready', 'degraded', 'lost', 'fault', 'disabled'],
  ready: ['degraded', 'lost', 'fault', 'disabled', 'init'],
  degraded: ['ready', 'lost', 'fault', 'disabled', 'init'],
  lost: ['ready', 'degraded', 'fault', 'disabled', 'init'],
  fault: ['init', 'ready', 'degraded', 'lost', 'disabled'],
  disabled: ['init'],
});

export const countStates = table({
  requested: ['counting', 'counted'],
  counting: ['counted', 'requested'],
  counted: ['investigating', 'approved'],
  investigating: ['approved'],
  approved: ['posted'],
  posted: [],
});

export const commandStates = table({
  // Sent ahead: the agent starts it when somebody scans for it, or the core when it is wanted.
  planned: ['queued', 'sent', 'accepted', 'started', 'done', 'failed', 'unknown', 'expired'],
  queued: ['sent', 'expired'],
  sent: ['accepted', 'started', 'done', 'failed', 'unknown', 'expired'],
  accepted: ['started', 'done', 'failed', 'unknown', 'expired'],
  started: ['done', 'failed', 'unknown'],
  unknown: ['done', 'failed'],
  done: [],
  failed: [],
  expired: [],
});

/** Each machine with the state it starts in and the states it may rest in for good. */
export const stateMachines = {
  order: { table: orderStates, initial: 'received' },
  wave: { table: waveStates, initial: 'draft' },
  waveStep: { table: waveStepStates, initial: 'pending' },
  waveLine: { table: waveLineStates, initial: 'included' },
  run: { table: runStates, initial: 'blocked' },
  task: { table: taskStates, initial: 'blocked' },
  replenishment: { table: replenishmentStates, initial: 'ready' },
  parcel: { table: parcelStates, initial: 'planned' },
  label: { table: labelStates, initial: 'wanted' },
  print: { table: printStates, initial: 'queued' },
  decision: { table: decisionStates, initial: 'seen' },
  manifest: { table: manifestStates, initial: 'open' },
  load: { table: loadStates, initial: 'planned' },
  device: { table: deviceStates, initial: 'init' },
  count: { table: countStates, initial: 'requested' },
  command: { table: commandStates, initial: 'planned' },
} as const;

/** The faults of a state table in words; empty when it is sound (targets exist, all states reachable). */
export function faultsOfStates(
  name: string,
  states: Readonly<Record<string, readonly string[]>>,
  initial: string,
): string[] {
  const faults: string[] = [];
  if (!(initial in states)) faults.push(`${name}: the initial state ${initial} is not in the table`);
  for (const [from, targets] of Object.entries(states)) {
    for (const to of targets)
      if (!(to in states)) faults.push(`${name}: ${from} leads to ${to}, which does not exist`);
  }
  const reached = new Set([initial]);
  for (const state of reached) for (const to of states[state] ?? []) reached.add(to);
  for (const state of Object.keys(states)) {
    if (!reached.has(state)) faults.push(`${name}: ${state} cannot be reached`);
  }
  return faults;
}

/** The states from which `to` may be entered. */
export function statesBefore<S extends string>(states: StateTable<S>, to: S): S[] {
  return (Object.keys(states) as S[]).filter((from) => states[from].includes(to));
}
