/** How long a run stays with a person who confirms nothing. */
export const LEASE_MS = 30 * 60_000;
