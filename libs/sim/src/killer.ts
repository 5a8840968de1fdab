import type { RealHouse, Victim } from './real-house.js';
import type { Seeded } from './seeded.js';
import type { Tally } from './tally.js';
import { pause } from './waiting.js';

export interface KillPlan {
  kills: number;
  dice: Seeded;
  /** Share of the work that is done, 0 to 1: kills are spread over the work, not over the clock. */
  progress: () => number;
  tally: Tally;
  signal: AbortSignal;
}

const VICTIMS: readonly Victim[] = ['api', 'agent', 'broker', 'postgres'];
/** A kill comes at the latest this long after the one before, also when the work stands still. */
const PATIENCE_MS = 12_000;

export interface Kill {
  n: number;
  victim: Victim;
  atProgress: number;
  downMs: number;
  backMs: number;
}

/** kill -9 of real processes at seeded moments; each victim is up again before the next one dies. */
export async function killAll(house: RealHouse, plan: KillPlan): Promise<Kill[]> {
  const { kills, dice, progress, tally, signal } = plan;
  const done: Kill[] = [];
  for (let n = 1; n <= kills && !signal.aborted; n += 1) {
    const at = ((n - dice.next() * 0.8) / (kills + 1)) * 0.95;
    const givingUpAt = performance.now() + PATIENCE_MS;
    while (progress() < at && performance.now() < givingUpAt && !signal.aborted) await pause(40, signal);
    // Away from the moments at which we look.
    await pause(dice.between(0, 60), signal);
    const victim = dice.pick(VICTIMS);
    const downMs = dice.between(0, 700);
    const atProgress = Math.round(progress() * 1000) / 1000;
    const startedAt = performance.now();
    await house.killAndRestart(victim, downMs);
    done.push({ n, victim, atProgress, downMs, backMs: Math.round(performance.now() - startedAt - downMs) });
    tally.count(`kills of ${victim}`);
  }
  return done;
}
