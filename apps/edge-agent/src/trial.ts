import type { DeviceState } from '#lib/contracts';

/**
 * A setup on trial: it has to prove itself within 30 seconds, or the last good one comes back. Pure: the moments are given.
 */
export interface Trial {
  /** Monotonic. */
  startedAtMs: number;
  /** Since when the device is ready without a fault; null while it is not. */
  goodSinceMs: number | null;
  /** Set when no waiting can help. */
  hopeless: string | null;
  lastReason: string | null;
}

export type Verdict = { is: 'open' } | { is: 'healthy' } | { is: 'failed'; because: string };

/** A setup gets this long to become healthy. */
export const TRIAL_MS = 30_000;
/** Ready for this long, and nothing said that could not be understood: healthy. */
export const SETTLED_MS = 3_000;
/** The agent ended during the trial more often than this: the setup itself may be what ends it. */
export const RESTARTS_MAX = 1;

export function newTrial(nowMs: number, restarts = 0): Trial {
  const hopeless = restarts > RESTARTS_MAX ? 'the agent ended more than once while this was tried' : null;
  return { startedAtMs: nowMs, goodSinceMs: null, hopeless, lastReason: null };
}

/** The device changed its state. */
export function hearState(
  trial: Trial,
  state: DeviceState,
  reason: string | undefined,
  nowMs: number,
): Trial {
  if (state === 'ready') return { ...trial, goodSinceMs: trial.goodSinceMs ?? nowMs };
  const lastReason = reason ?? `it is ${state}`;
  // A fault is for good: a setup that can't be opened, or a driver that was taken out of service.
  if (state === 'fault') return { ...trial, goodSinceMs: null, lastReason, hopeless: lastReason };
  return { ...trial, goodSinceMs: null, lastReason };
}

/** The device said something that its driver could not understand: being ready has to last from here on. */
export function hearFault(trial: Trial, detail: string, nowMs: number): Trial {
  return { ...trial, goodSinceMs: trial.goodSinceMs === null ? null : nowMs, lastReason: detail };
}

export function judge(trial: Trial, nowMs: number): Verdict {
  if (trial.hopeless !== null) return { is: 'failed', because: trial.hopeless };
  if (trial.goodSinceMs !== null && nowMs - trial.goodSinceMs >= SETTLED_MS) return { is: 'healthy' };
  if (nowMs - trial.startedAtMs < TRIAL_MS) return { is: 'open' };
  return { is: 'failed', because: trial.lastReason ?? 'it said nothing' };
}
