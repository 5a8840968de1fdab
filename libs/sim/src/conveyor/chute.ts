import type { Seeded } from '../seeded.js';
import type { Time } from './time.js';

export interface ChutePlan {
  code: string;
  /** Parcels that fit. */
  capacity: number;
  /** The photo-eye stands before the end of the chute: the conveyor says full while so many still fit. */
  reserve: number;
  /** A person (or the next belt) takes one parcel off in this time. */
  takeOffMs: number;
  /** How likely a parcel gets stuck as it comes in, and how long it takes to free it. */
  jamRate: number;
  jamMs: number;
}

export interface ChuteSigns {
  full(lane: string): void;
  clear(lane: string): void;
  jam(lane: string): void;
}

/** A lane that accumulates: parcels come in faster than they are taken off, its photo-eye says full, and now and then one jams. */
export class Chute {
  private lying = 0;
  private jammed = false;
  private saidFull = false;
  private takingOff = false;
  readonly counts = { entered: 0, refused: 0, full: 0, jams: 0 };

  constructor(
    readonly plan: ChutePlan,
    private readonly about: { time: Time; dice: Seeded; signs: ChuteSigns },
  ) {}

  get code(): string {
    return this.plan.code;
  }

  /** True while a parcel can come in, whatever the photo-eye has said. */
  get accepts(): boolean {
    return !this.jammed && this.lying < this.plan.capacity;
  }

  enter(): void {
    const { plan, about } = this;
    this.lying += 1;
    this.counts.entered += 1;
    if (about.dice.chance(plan.jamRate)) this.jam();
    else if (!this.saidFull && this.lying >= plan.capacity - plan.reserve) {
      this.saidFull = true;
      this.counts.full += 1;
      about.signs.full(plan.code);
    }
    this.takeOff();
  }

  private jam(): void {
    if (this.jammed) return;
    const { plan, about } = this;
    this.jammed = true;
    this.counts.jams += 1;
    about.signs.jam(plan.code);
    about.time.at(about.time.nowMs() + plan.jamMs, () => {
      this.jammed = false;
      this.saidFull = this.lying >= plan.capacity - plan.reserve;
      if (this.saidFull) about.signs.full(plan.code);
      else about.signs.clear(plan.code);
      this.takeOff();
    });
  }

  private takeOff(): void {
    const { plan, about } = this;
    if (this.takingOff || this.lying === 0 || this.jammed) return;
    this.takingOff = true;
    about.time.at(about.time.nowMs() + plan.takeOffMs, () => {
      this.takingOff = false;
      if (!this.jammed) {
        this.lying -= 1;
        // Not at the first free place: a lane that says full and clear with every parcel would flap.
        if (this.saidFull && this.lying <= (plan.capacity - plan.reserve) / 2) {
          this.saidFull = false;
          about.signs.clear(plan.code);
        }
      }
      this.takeOff();
    });
  }
}
