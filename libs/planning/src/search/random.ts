/** Seeded pseudo random numbers (sfc32): the only source of chance in the library, so one seed gives one plan. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = 0x9e3779b9;
    this.b = seed | 0;
    this.c = Math.floor(seed / 0x1_0000_0000) | 0;
    for (let warmUp = 0; warmUp < 12; warmUp++) this.nextInt32();
  }

  private nextInt32(): number {
    const mixed = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + mixed) | 0;
    return mixed;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return (this.nextInt32() >>> 0) / 0x1_0000_0000;
  }

  /** Uniform integer in [0, bound); `bound` must be positive. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Fisher-Yates, in place. */
  shuffle<T>(values: T[]): T[] {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const held = values[last] as T;
      values[last] = values[other] as T;
      values[other] = held;
    }
    return values;
  }
}
