/** An event id made on this device; the core uses it to count an act once. */
export function newEventId(): string {
  return crypto.randomUUID();
}
