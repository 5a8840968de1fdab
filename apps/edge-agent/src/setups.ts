import type { Logger } from 'pino';
import type { DesiredDevice, DeviceSetup, DeviceStateMessage, RevisionOutcome } from '#lib/contracts';
import { type CheckedSetup, sayErrors } from './check-setup.js';
import type { Change, Store } from './store.js';
import { hearFault, hearState, judge, newTrial, type Trial } from './trial.js';

interface Revision {
  revision: number;
  setup: DeviceSetup;
}

/** What the disk keeps of a device that the core has set up. */
interface Kept {
  revision: number;
  /** Null: taken out. */
  setup: DeviceSetup | null;
  /** The last one that was proven, to go back to. */
  good: Revision | null;
  outcome: RevisionOutcome;
  /** Times the agent was started while this was on trial; null when it is over. */
  restarts: number | null;
}

export interface SetupsOptions {
  store: Store;
  log: Logger;
  /** Devices of the agent's own file: they hold until the core has a revision of them. */
  file: ReadonlyMap<string, DeviceSetup>;
  attach: (device: string, setup: DeviceSetup) => Promise<void>;
  detach: (device: string) => Promise<void>;
  check: (device: string, setup: DeviceSetup) => Promise<CheckedSetup>;
  /** Something that the birth document tells has changed. */
  onChange: () => void;
  /** Monotonic. */
  nowMs?: () => number;
}

const KEY = 'g!';
const LOOK_EVERY_MS = 250;

/**
 * How the devices are set up, revision by revision (docs/adr/0041). The core says what it wants; a new setup is tried, and unless it
 * is healthy in 30 seconds the last good one comes back. What runs is kept on disk, so that an agent without a core starts with it.
 */
export class Setups {
  private readonly kept = new Map<string, Kept>();
  private readonly trials = new Map<string, Trial>();
  private work: Promise<void> = Promise.resolve();
  private ticker: NodeJS.Timeout | undefined;

  private readonly nowMs: () => number;

  constructor(private readonly options: SetupsOptions) {
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  async start(): Promise<void> {
    for await (const [key, text] of this.options.store.pairs(KEY)) {
      this.kept.set(key.slice(KEY.length), JSON.parse(text) as Kept);
    }
    const devices = new Set([...this.options.file.keys(), ...this.kept.keys()]);
    await Promise.all([...devices].map((device) => this.begin(device)));
    this.ticker = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.ticker);
    await this.work;
  }

  /** What runs of a device, for the birth document. */
  runs(device: string): { revision: number; setup: DeviceSetup | null; outcome?: RevisionOutcome } {
    const kept = this.kept.get(device);
    if (!kept) return { revision: 0, setup: this.options.file.get(device) ?? null };
    return { revision: kept.revision, setup: kept.setup, outcome: kept.outcome };
  }

  /** Devices that the core has taken out, with what it should hear of that. */
  takenOut(): { device: string; revision: number; outcome: RevisionOutcome }[] {
    return [...this.kept].flatMap(([device, { revision, setup, outcome }]) =>
      setup === null ? [{ device, revision, outcome }] : [],
    );
  }

  /** What the core wants. Repeated and already judged revisions change nothing. Resolves when all are begun. */
  take(devices: readonly DesiredDevice[]): Promise<void> {
    this.work = this.work.then(async () => {
      for (const desired of devices) {
        if (!this.isNews(desired)) continue;
        await this.apply(desired).catch((error: Error) =>
          this.options.log.error({ err: error, ...desired }, 'a setup could not be applied'),
        );
      }
    });
    return this.work;
  }

  hearState(device: string, { state, reason }: DeviceStateMessage): void {
    const trial = this.trials.get(device);
    if (trial) this.trials.set(device, hearState(trial, state, reason, this.nowMs()));
  }

  hearFault(device: string, detail: string): void {
    const trial = this.trials.get(device);
    if (trial) this.trials.set(device, hearFault(trial, detail, this.nowMs()));
  }

  private async begin(device: string): Promise<void> {
    const kept = this.kept.get(device);
    const written = this.options.file.get(device);
    // What came from the file is what the file says now.
    const setup = kept && kept.revision > 0 ? kept.setup : (written ?? kept?.setup);
    if (!setup) return;
    if (kept && kept.restarts !== null) {
      const restarts = kept.restarts + 1;
      await this.keep(device, { ...kept, restarts });
      this.trials.set(device, newTrial(this.nowMs(), restarts));
    }
    await this.options.attach(device, setup);
  }

  private isNews({ device, revision }: DesiredDevice): boolean {
    const kept = this.kept.get(device);
    return revision > 0 && revision !== kept?.revision && revision !== kept?.outcome.revision;
  }

  private async apply({ device, revision, setup }: DesiredDevice): Promise<void> {
    const { log } = this.options;
    const at = new Date().toISOString();
    const before = this.kept.get(device);
    if (setup === null) {
      await this.keep(device, {
        revision,
        setup,
        good: null,
        outcome: { revision, result: 'healthy', at },
        restarts: null,
      });
      this.trials.delete(device);
      await this.options.detach(device);
      log.info({ device, revision }, 'a device was taken out');
      this.options.onChange();
      return;
    }
    const checked = await this.options.check(device, setup);
    if (checked.errors.length > 0) {
      const outcome = { revision, result: 'refused', reason: sayErrors(checked.errors), at } as const;
      log.warn({ device, ...outcome }, 'a setup was refused');
      await this.keep(device, { ...(before ?? this.untouched(device)), outcome });
      this.options.onChange();
      return;
    }
    const good = this.goodBefore(device, before);
    const outcome = { revision, result: 'trying', at } as const;
    await this.keep(device, { revision, setup: checked.setup, good, outcome, restarts: 0 });
    this.options.onChange();
    log.info({ device, revision }, 'a setup is tried');
    this.trials.set(device, newTrial(this.nowMs()));
    await this.options.attach(device, checked.setup);
    this.options.onChange();
  }

  /** A refused revision of a device that the core has never set up: its file goes on. */
  private untouched(device: string): Omit<Kept, 'outcome'> {
    return { revision: 0, setup: this.options.file.get(device) ?? null, good: null, restarts: null };
  }

  private goodBefore(device: string, before: Kept | undefined): Revision | null {
    if (!before) {
      const setup = this.options.file.get(device);
      return setup ? { revision: 0, setup } : null;
    }
    if (before.outcome.result === 'healthy' && before.setup) {
      return { revision: before.revision, setup: before.setup };
    }
    return before.good;
  }

  private look(): void {
    for (const [device, trial] of this.trials) {
      const verdict = judge(trial, this.nowMs());
      if (verdict.is === 'open') continue;
      const kept = this.kept.get(device);
      // Nothing to go back to: it goes on, and is proven whenever it gets healthy.
      if (verdict.is === 'failed' && kept?.outcome.result === 'unproven') continue;
      this.trials.delete(device);
      // Begun at once: what the device says while the verdict is written must count.
      if (verdict.is === 'failed' && !kept?.good) this.trials.set(device, newTrial(this.nowMs()));
      this.work = this.work
        .then(() => (verdict.is === 'healthy' ? this.prove(device) : this.goBack(device, verdict.because)))
        .catch((error: Error) =>
          this.options.log.error({ err: error, device }, 'a trial could not be ended'),
        );
    }
  }

  private async prove(device: string): Promise<void> {
    const kept = this.kept.get(device);
    if (!kept?.setup) return;
    const { revision, setup } = kept;
    const outcome = { revision, result: 'healthy', at: new Date().toISOString() } as const;
    await this.keep(device, { revision, setup, good: { revision, setup }, outcome, restarts: null });
    this.options.log.info({ device, revision }, 'a setup is healthy');
    this.options.onChange();
  }

  private async goBack(device: string, because: string): Promise<void> {
    const kept = this.kept.get(device);
    if (!kept) return;
    const { good, revision } = kept;
    const at = new Date().toISOString();
    if (!good) {
      const outcome = { revision, result: 'unproven', reason: because, at } as const;
      await this.keep(device, { ...kept, outcome, restarts: null });
    } else {
      const outcome = { revision, result: 'rolled-back', reason: because, at } as const;
      await this.keep(device, { ...good, good, outcome, restarts: null });
      await this.options.attach(device, good.setup);
    }
    this.options.log.warn({ device, revision, good: good?.revision, because }, 'a setup did not get healthy');
    this.options.onChange();
  }

  private async keep(device: string, kept: Kept): Promise<void> {
    this.kept.set(device, kept);
    const changes: Change[] = [{ type: 'put', key: KEY + device, value: JSON.stringify(kept) }];
    await this.options.store.commit(changes);
  }
}
