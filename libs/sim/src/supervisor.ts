import type { ChannelView, ExceptionView, Page, WaveTemplateView, WaveView } from '#lib/contracts';
import { type CoreClient, Refused } from './core-client.js';
import type { Measures } from './measures.js';
import type { Tally } from './tally.js';
import { pause, until } from './waiting.js';

export interface SupervisorSetting {
  core: CoreClient;
  /** Plans and releases waves all day long beside the channels. */
  releaseByClick: boolean;
  /** Told the numbers of the waves released by click. */
  waves: Set<number>;
  tally: Tally;
  measures: Measures;
  signal: AbortSignal;
}

/** A count as the core lists it. */
interface CountTask {
  id: string;
  state: string;
  expected: number;
}

const PLAN_LIMIT_MS = 120_000;
/** Waves that a person plans and releases before the channels take over. */
const FIRST_CLICKS = 2;
/** Later, the next wave is planned when no more than this share of the last one is still to be packed. */
const NEXT_AT_SHARE = 0.5;

/** Plans and releases waves by click, counts what was found short, and sees to the exceptions. */
export class Supervisor {
  /** The wave released last. */
  private last: string | null = null;

  constructor(private readonly set: SupervisorSetting) {}

  async work(): Promise<void> {
    const { signal, tally, releaseByClick } = this.set;
    let clicksLeft = releaseByClick ? FIRST_CLICKS : 0;
    if (clicksLeft > 0) await this.setChannels('locked');
    while (!signal.aborted) {
      try {
        if (clicksLeft > 0) {
          await this.releaseAWave();
          clicksLeft -= 1;
          // From here on waves and channels take from the same queue.
          if (clicksLeft === 0) await this.setChannels('open');
        } else if (releaseByClick && (await this.lastWaveIsThin())) await this.releaseAWave();
        await this.resolveExceptions();
        await this.count();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tally.note('supervisor refused', error.message);
      }
      await pause(700, signal);
    }
  }

  private async lastWaveIsThin(): Promise<boolean> {
    if (!this.last) return true;
    const wave = await this.set.core.get<WaveView>(`/waves/${this.last}`);
    return wave.orderCount - wave.packedOrders <= wave.orderCount * NEXT_AT_SHARE;
  }

  private async setChannels(state: 'open' | 'locked'): Promise<void> {
    const { core } = this.set;
    const channels = await core.get<{ items: ChannelView[] }>('/waves/channels');
    for (const channel of channels.items) await core.patch(`/waves/channels/${channel.id}`, { state });
  }

  private async releaseAWave(): Promise<void> {
    const { core, measures, tally, signal } = this.set;
    const templates = await core.get<{ items: WaveTemplateView[] }>('/waves/templates');
    const template = templates.items
      .toSorted((a, b) => a.limits.ordersMax - b.limits.ordersMax)
      .find((each) => each.matching > 0);
    if (!template) return;
    const startedAt = performance.now();
    const planned = await core.post<WaveView>('/waves', { templateId: template.id });
    const wave = await until(
      'the plan of a wave',
      { limitMs: PLAN_LIMIT_MS, everyMs: 150, signal },
      async () => {
        const now = await core.get<WaveView>(`/waves/${planned.id}`);
        return now.state === 'draft' || now.state === 'planning' ? null : now;
      },
    );
    measures.add('wave-planned', performance.now() - startedAt);
    if (wave.state !== 'planned')
      return tally.note('wave not planned', `${wave.number}: ${wave.state} ${wave.reason ?? ''}`);
    this.set.waves.add(wave.number);
    await measures.time('wave-released', () => core.post(`/waves/${wave.id}/release`));
    this.last = wave.id;
    tally.count('waves released by click');
  }

  private async resolveExceptions(): Promise<void> {
    const { core, tally } = this.set;
    const page = await core.get<Page<ExceptionView>>('/tower/exceptions');
    for (const exception of page.items) {
      const remedy = exception.remedies[0];
      if (!remedy) continue;
      try {
        await core.post(`/tower/exceptions/${exception.id}/resolve`, { remedy });
        tally.count(`resolved ${exception.code}`);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tally.note('exception kept', `${exception.code}: ${error.message}`);
      }
    }
  }

  /** The shelf was short, so what the count finds of the missing is nothing: the book follows the floor. */
  private async count(): Promise<void> {
    const { core, tally } = this.set;
    const page = await core.get<Page<CountTask>>('/inventory/counts?state=requested');
    for (const task of page.items) {
      const { state } = await core.post<{ state: string }>(`/inventory/counts/${task.id}/record`, {
        counted: task.expected,
      });
      if (state !== 'posted') await core.post(`/inventory/counts/${task.id}/approve`);
      tally.count('counts');
    }
  }
}
