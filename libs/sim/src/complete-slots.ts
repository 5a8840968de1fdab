/** Slots of put walls with all of their order in them, as somebody last saw them, shared by those who pack. */
export class CompleteSlots {
  private readonly seenAt = new Map<string, readonly string[]>();
  private readonly taken = new Set<string>();

  /** What stands complete at this wall now. */
  seen(wall: string, plates: readonly string[]): void {
    this.seenAt.set(wall, plates);
  }

  /** The next one, for one person alone until it is given back; null without any. */
  take(): string | null {
    const plate = [...this.seenAt.values()].flat().find((each) => !this.taken.has(each)) ?? null;
    if (plate !== null) this.taken.add(plate);
    return plate;
  }

  /** Packed, or refused: it counts as complete again once somebody has seen it so. */
  giveBack(plate: string): void {
    this.taken.delete(plate);
    for (const [wall, plates] of this.seenAt)
      this.seenAt.set(
        wall,
        plates.filter((each) => each !== plate),
      );
  }
}
