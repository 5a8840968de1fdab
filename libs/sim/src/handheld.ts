import type { PickOutcome, RunView, ShortReason } from '#lib/contracts';
import {
  declareShort,
  type PickNeed,
  type PickState,
  type PickStep,
  pickNeed,
  pickStep,
  refreshPick,
  startPick,
  type WrongScan,
} from '#lib/floor';
import { type CoreClient, Refused } from './core-client.js';
import type { Measures } from './measures.js';
import type { Tally } from './tally.js';

/** What the screen says after a scan. */
export type Shown = 'good' | 'already' | 'wrong' | 'confirmed' | 'dropped';

/**
 * The handheld's page without its pixels: the same rules (`libs/floor`), the same requests, the same queue of confirmations that
 * survives a core that is away.
 */
export class Handheld {
  private state: PickState | null = null;
  /** Confirmations go out one after another, behind the person. */
  private sending: Promise<void> = Promise.resolve();
  private pending = 0;
  lastWrong: WrongScan | null = null;
  readonly refusals: string[] = [];

  constructor(
    private readonly core: CoreClient,
    private readonly measures: Measures,
    private readonly tally: Tally,
  ) {}

  get run(): RunView | null {
    return this.state?.run ?? null;
  }

  get need(): PickNeed | null {
    return this.state ? pickNeed(this.state) : null;
  }

  get task() {
    return this.state?.run.tasks.find((task) => task.id === this.state?.taskId) ?? null;
  }

  get units(): number {
    return this.state?.units ?? 0;
  }

  /** Goes on with the run that this person has from before, if there is one. */
  async resume(): Promise<void> {
    const run = await this.core.get<RunView | null>('/picking/my-run');
    this.state = run ? startPick(run) : null;
  }

  /** The next run with this cart; false when none is waiting. */
  async claim(cartScan: string): Promise<boolean> {
    const run = await this.core.post<RunView | null>('/picking/runs/claim', { cartScan });
    this.state = run ? startPick(run) : null;
    return run !== null;
  }

  /** A scan, as the page gets it. */
  scan(raw: string): Shown {
    if (!this.state) throw new Error('a scan without a run');
    return this.follow(pickStep(this.state, raw));
  }

  short(reason: ShortReason): Shown {
    if (!this.state) throw new Error('a short without a run');
    return this.follow(declareShort(this.state, reason));
  }

  /** Everything sent and answered, and the core's newer view taken. */
  async settle(): Promise<void> {
    while (this.pending > 0) await this.sending;
    const run = await this.core.get<RunView | null>('/picking/my-run');
    if (!this.state) return;
    if (run && run.id === this.state.run.id) this.state = refreshPick(this.state, run);
    else if (!run) this.state = null;
  }

  private follow(step: PickStep): Shown {
    this.lastWrong = step.kind === 'wrong' ? step.wrong : null;
    switch (step.kind) {
      case 'good':
        this.state = step.state;
        return 'good';
      case 'confirm':
        this.state = step.state;
        this.send(`/picking/tasks/${step.taskId}/confirm`, 'pick-confirm', {
          ...step.confirmation,
          at: new Date().toISOString(),
        });
        return 'confirmed';
      case 'drop':
        this.send(`/picking/runs/${step.runId}/drop`, 'drop', { stationScan: step.stationScan });
        return 'dropped';
      case 'already':
      case 'command':
        return 'already';
      case 'wrong':
        return 'wrong';
    }
  }

  private send(path: string, stage: string, body: object): void {
    const eventId = crypto.randomUUID();
    this.pending += 1;
    this.sending = this.sending.then(async () => {
      try {
        await this.measures.time(stage, () =>
          this.core.post<PickOutcome>(path, { ...body, eventId }, eventId),
        );
        if (stage === 'pick-confirm') this.tally.acts.push(eventId);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.refusals.push(`${path}: ${error.message}`);
      } finally {
        this.pending -= 1;
      }
    });
    // Whoever waits in settle() sees the failure; nothing is lost by not looking at it here.
    this.sending.catch(() => {});
  }
}
