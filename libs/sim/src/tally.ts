/** What happened, counted, and what should not have happened. */
export class Tally {
  readonly counts: Record<string, number> = {};
  readonly faults: { name: string; detail: string }[] = [];
  readonly notes: { title: string; detail: string }[] = [];
  /** What people were told is done; held against the book at the end: each must stand there exactly once. */
  readonly acts: string[] = [];
  readonly readings = new Set<string>();
  readonly papers: { sscc: string; nonce: string }[] = [];

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** Breaks a promise of the system: fails the simulation. */
  fault(name: string, detail: string): void {
    if (this.faults.length < 200) this.faults.push({ name, detail });
    this.count(`fault ${name}`);
  }

  /** Worth reading when something else went wrong. */
  note(title: string, detail: string): void {
    if (this.notes.length < 200) this.notes.push({ title, detail });
    this.count(`note ${title}`);
  }
}
