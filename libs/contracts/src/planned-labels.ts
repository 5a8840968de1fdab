import type { CommandArgs } from './readings.js';

/**
 * A label that was made before its parcel is closed, so that a bench goes on printing while the core is gone. It is a
 * command that nobody has started yet: whoever starts it, the agent at a scan or the core at the parcel's closing, gives it
 * the same id, and an agent executes an id once.
 */
export interface PlannedLabel {
  /** The id of the command that prints it. */
  commandId: string;
  /** The printer of the station that the goods stand at. */
  printer: string;
  /** The scanners of that station. A scan anywhere else prints nothing. */
  scanners: string[];
  /** What the person scans, as the scanner sends it without AIM identifier: the tote that the goods lie in. */
  codes: string[];
  args: CommandArgs['print'];
  /** After this moment it must not be printed any more. */
  validUntil: string;
}

/**
 * `labels`: what an agent may keep. `commandIds` names all of it and `set` brings what is new, so every message mends the loss
 * of those before: what is not named is dropped, and for what is named and not there the agent asks (`labels.snapshot`).
 */
export interface LabelsMessage {
  /** Rises with every message of the site; an older one changes nothing. The answer to a question counts always. */
  version: number;
  commandIds: string[];
  set: PlannedLabel[];
  /** A scan prints only with the core out of reach for this long: people at the bench know by then that they are alone. */
  coreGoneAfterMs: number;
}

/** The most labels that one agent keeps. */
export const PLANNED_LABELS_MAX = 500;
