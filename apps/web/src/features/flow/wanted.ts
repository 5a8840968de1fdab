import type { OverrideKind } from '#lib/contracts';

/** What an override is about to be set for. */
export interface Wanted {
  kind: OverrideKind;
  subject: string;
}
