import type { Logger } from 'pino';
import { type CommandArgs, type LabelsMessage, PLANNED_LABELS_MAX, type PlannedLabel } from '#lib/contracts';
import type { Commands } from './commands.js';
import type { Change, Store } from './store.js';

const HEAD = 'p!head';
const LABEL = 'p!l!';

const WORDS = {
  printed: 'a label that was sent ahead is printed',
  'not-printed': 'a label that was sent ahead could not be printed',
  'in-doubt': 'nobody knows whether a label that was sent ahead came out',
};
const NOT_AGAIN = 'this label was begun before; it is not repeated';

interface Head {
  version: number;
  coreGoneAfterMs: number;
}

export interface PlannedLabelsOptions {
  store: Store;
  log: Logger;
  commands: Pick<Commands, 'start'>;
  /** How long the core has been out of reach, null while it is there. */
  coreGoneMs: () => number | null;
  beep: (scanner: string, pattern: CommandArgs['beep']['pattern']) => void;
}

/**
 * Labels that the core has sent ahead of their parcels. With the core gone a scan of the tote at its bench prints its label:
 * through the command journal, so that no restart, repeated scan or returned core prints it twice.
 */
export class PlannedLabels {
  private readonly byId = new Map<string, PlannedLabel>();
  private head: Head = { version: 0, coreGoneAfterMs: 60_000 };
  private writing: Promise<void> = Promise.resolve();

  private constructor(private readonly options: PlannedLabelsOptions) {}

  static async load(options: PlannedLabelsOptions): Promise<PlannedLabels> {
    const labels = new PlannedLabels(options);
    const head = await options.store.get(HEAD);
    if (head) labels.head = JSON.parse(head) as Head;
    for await (const [, text] of options.store.pairs(LABEL)) {
      const label = JSON.parse(text) as PlannedLabel;
      labels.byId.set(label.commandId, label);
    }
    return labels;
  }

  get size(): number {
    return this.byId.size;
  }

  /**
   * Takes a message of the core; an answer to our own question counts whatever its version.
   * @returns `gap` when labels are named that were never sent here: they must be asked for
   */
  take(message: LabelsMessage, isAnswer = false): 'applied' | 'stale' | 'gap' {
    const { version, commandIds, set, coreGoneAfterMs } = message;
    if (!isAnswer && version <= this.head.version) return 'stale';
    const named = new Set(commandIds.slice(0, PLANNED_LABELS_MAX));
    const changes: Change[] = [];
    for (const id of [...this.byId.keys()]) {
      if (named.has(id)) continue;
      this.byId.delete(id);
      changes.push({ type: 'del', key: LABEL + id });
    }
    for (const label of set) {
      if (!named.has(label.commandId)) continue;
      this.byId.set(label.commandId, label);
      changes.push({ type: 'put', key: LABEL + label.commandId, value: JSON.stringify(label) });
    }
    this.head = { version, coreGoneAfterMs };
    this.save([...changes, { type: 'put', key: HEAD, value: JSON.stringify(this.head) }]);
    return this.byId.size < named.size && !isAnswer ? 'gap' : 'applied';
  }

  /**
   * Somebody has scanned a code. Prints the label that waits for it here, when the core has been gone long enough; the person hears
   * `done` when it goes to the printer, `wrong` when it does not.
   * @returns what became of it, null when the scan is none of ours
   */
  async scanned(scanner: string, code: string): Promise<'printed' | 'in-doubt' | 'not-printed' | null> {
    const goneMs = this.options.coreGoneMs();
    if (goneMs === null || goneMs < this.head.coreGoneAfterMs) return null;
    const label = this.find(scanner, code.trim());
    if (!label) return null;
    const { commandId: id, printer, args, validUntil } = label;
    const { began, state } = await this.options.commands.start(printer, {
      id,
      op: 'print',
      args,
      validUntil,
    });
    const printed = state === 'done';
    // Without a word in the journal the disk refused it, and then it was not begun.
    const nothing = state === null || state === 'failed' || state === 'expired';
    const outcome = printed ? 'printed' : nothing ? 'not-printed' : 'in-doubt';
    this.options.log.info({ scanner, code, id, printer, state }, began ? WORDS[outcome] : NOT_AGAIN);
    this.options.beep(scanner, began && printed ? 'done' : 'wrong');
    return outcome;
  }

  /** Resolves when all that was taken is written. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private find(scanner: string, code: string): PlannedLabel | undefined {
    for (const label of this.byId.values()) {
      if (label.codes.includes(code) && label.scanners.includes(scanner)) return label;
    }
    return undefined;
  }

  /** In order, without a sync: what a power cut takes is asked for again, or not printed. */
  private save(changes: Change[]): void {
    this.writing = this.writing
      .then(() => this.options.store.write(changes))
      .catch((error: Error) =>
        this.options.log.error(
          { err: error },
          'labels sent ahead are not saved; a restart will not know them',
        ),
      );
  }
}
