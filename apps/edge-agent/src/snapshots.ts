import type { Logger } from 'pino';
import type { DesiredDevice, LabelsMessage } from '#lib/contracts';
import type { Requests } from './requests.js';

export interface SnapshotParts {
  requests: Requests;
  log: Logger;
  onLabels: (labels: LabelsMessage) => void;
  onDesired: (devices: DesiredDevice[]) => void;
}

const LIMIT_MS = 10_000;

/** What the core is asked for whole: after each hello, and where a message about a change was missed. One question of a kind at a time. */
export class Snapshots {
  private readonly asked = new Set<string>();

  constructor(private readonly parts: SnapshotParts) {}

  all(): void {
    this.routes();
    this.labels();
    this.desired();
  }

  /** The answer says only which version comes: the routes themselves arrive as a message of their own. */
  routes(): void {
    this.once('routes', 'no route snapshot; the last one holds', async (requests) => {
      await requests.ask('agent', { op: 'routes.snapshot' }, LIMIT_MS);
    });
  }

  /** Labels sent ahead: what was made or taken back while the core was out of reach. */
  labels(): void {
    this.once('labels', 'the core has not said which labels to keep', async (requests) => {
      const { labels } = await requests.ask('agent', { op: 'labels.snapshot' }, LIMIT_MS);
      this.parts.onLabels(labels);
    });
  }

  /** How the core wants the devices set up: a message about it may have been lost. */
  private desired(): void {
    this.once('desired', 'the core has not said how it wants the devices', async (requests) => {
      const { devices } = await requests.ask('agent', { op: 'desired.snapshot' }, LIMIT_MS);
      this.parts.onDesired(devices);
    });
  }

  private once(what: string, failed: string, ask: (requests: Requests) => Promise<void>): void {
    if (this.asked.has(what)) return;
    this.asked.add(what);
    ask(this.parts.requests)
      .catch((error: Error) => this.parts.log.warn({ reason: error.message }, failed))
      .finally(() => this.asked.delete(what));
  }
}
