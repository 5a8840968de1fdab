/** How long the core has been out of reach, as the agent saw it. After a restart without a core it counts from the start. */
export class CoreWatch {
  private goneSinceMs: number | null;

  constructor(
    private readonly reachable: () => boolean,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.goneSinceMs = nowMs();
  }

  /** Counts from now on: nobody had looked for the core until then. */
  startOver(): void {
    this.goneSinceMs = this.nowMs();
  }

  /** Milliseconds; null while the core is there. To be called now and then, so that a short return is noticed. */
  goneMs(): number | null {
    if (this.reachable()) this.goneSinceMs = null;
    else this.goneSinceMs ??= this.nowMs();
    return this.goneSinceMs === null ? null : this.nowMs() - this.goneSinceMs;
  }
}
