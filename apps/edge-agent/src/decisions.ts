import type { Logger } from 'pino';
import type { Outbox } from './outbox.js';
import type { Kept, Points, Sighting } from './points.js';
import { unseal } from './record.js';
import type { Change, Store } from './store.js';

const DRAFT = 'd!';
const RECALL_RECORDS = 256;
const RECALL_WITHIN_MS = 60_000;

/**
 * The way of a decision into the outbox. The PLC confirms a route some time after the arrival is stored, and only then is the
 * latency known; so that a crash in between loses no decision, a draft is stored with the arrival and makes way for the record.
 */
export class Decisions {
  /** The last draft on its way to the disk: it must be there before it is taken away. */
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly outbox: Outbox,
    private readonly log: Logger,
  ) {}

  /** The change that stores a draft; to be written with the arrival. */
  draft(kept: Kept): Change {
    return { type: 'put', key: DRAFT + kept.decision.decisionId, value: JSON.stringify(kept) };
  }

  /** Stores the draft of a decision that came later than its arrival. */
  saveDraft(kept: Kept): void {
    this.saving = this.saving
      .then(() => this.store.write([this.draft(kept)]))
      .catch((error: Error) => this.log.error({ err: error }, 'a draft is not kept'));
  }

  /** Nobody waits for it, so a refusal can only be logged; the draft then stays for the next start. */
  async keep({ device, decision, trace }: Kept): Promise<void> {
    await this.saving;
    try {
      await this.outbox.append({ device, kind: 'point.decided', data: decision, trace }, [
        { type: 'del', key: DRAFT + decision.decisionId },
      ]);
    } catch (error) {
      this.log.error({ device, decision, reason: (error as Error).message }, 'a decision is not kept yet');
    }
  }

  /** After a restart: keeps what is still a draft, and reminds the points of what they have seen and decided. */
  async recover(points: Points): Promise<void> {
    const drafts: Kept[] = [];
    for await (const [, text] of this.store.pairs(DRAFT)) drafts.push(JSON.parse(text) as Kept);
    await Promise.all(drafts.map((kept) => this.keep(kept)));
    const sightings = new Map<string, { sighting: Sighting; seenAtMs: number }>();
    for (const stream of this.outbox.names()) {
      for (const { text, at } of await this.outbox.newest(stream, RECALL_RECORDS)) {
        const agoMs = Date.now() - Date.parse(at);
        const record = agoMs < RECALL_WITHIN_MS ? unseal(text) : null;
        if (record?.kind === 'point.seen') {
          const seen = { sighting: record.data, seenAtMs: performance.now() - agoMs };
          sightings.set(record.trace, seen);
          points.recall(seen.sighting, null, seen.seenAtMs);
        } else if (record?.kind === 'point.decided') {
          const seen = sightings.get(record.trace);
          if (seen) points.recall(seen.sighting, record.data, seen.seenAtMs);
        }
      }
    }
  }
}
