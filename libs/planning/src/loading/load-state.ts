import type { Cuboid } from '../cartons/box.js';
import type { LoadBlocks } from './load-blocks.js';
import { boxesOf } from './load-boxes.js';
import type { PlacedBlock, PlacedBox, Room } from './load-parts.js';
import type { SupportRule } from './load-support.js';

/** Six numbers per free space: x1 y1 z1 x2 y2 z2. */
const SIDES = 6;
/** A gap of this share of the room is as good as contact. */
const CONTACT_TOLERANCE = 0.04;

/** How much each trait of a placement counts: contact, little waste, few boxes (Araya, Guerrero and Nunez 2017). */
export interface PlacementWeights {
  contact: number;
  waste: number;
  boxes: number;
}

/** What does not change during one loading. */
export interface LoadModel {
  room: Room;
  blocks: LoadBlocks;
  counts: Int32Array;
  weights: PlacementWeights;
  /** Shortest side of any box. */
  leastSide: number;
  /** `reach[axis][kind]`: side lengths with which a kind can lie along an axis. */
  sides: Int32Array[][];
  /** Null: boxes may stick out over others as they like. */
  support: SupportRule | null;
}

export interface Candidate extends PlacedBlock {
  score: number;
}

/** A partly loaded container: maximal free spaces, boxes left, blocks placed. */
export class LoadState {
  /** Volume of the boxes loaded. */
  volume: number;
  private readonly model: LoadModel;
  private spaces: number[];
  /** Boxes left of each kind. */
  readonly left: Int32Array;
  private readonly placed: PlacedBlock[];
  /** Boxes that others may stand on; kept only where support counts. */
  private readonly standing: PlacedBox[];
  private reach: Int32Array[];

  private constructor(model: LoadModel, from?: LoadState) {
    const { dx, dy, dz } = model.room;
    this.model = model;
    this.spaces = from ? from.spaces.slice() : [0, 0, 0, dx, dy, dz];
    this.left = from ? from.left.slice() : model.counts.slice();
    this.placed = from ? from.placed.slice() : [];
    this.standing = from && model.support ? from.standing.slice() : [];
    this.reach = from ? from.reach : this.reachableLengths();
    this.volume = from ? from.volume : 0;
  }

  static empty(model: LoadModel): LoadState {
    return new LoadState(model);
  }

  copy(): LoadState {
    return new LoadState(this.model, this);
  }

  /**
   * The `most` best placements in the free space nearest to a corner of the container, best first. Spaces that hold no
   * block any more are forgotten. Empty when the container is full.
   */
  candidates(most: number): Candidate[] {
    while (this.spaces.length > 0) {
      const at = this.nearestSpace();
      const found = this.candidatesIn(at, most);
      if (found.length > 0) return found;
      this.spaces.splice(at, SIDES);
    }
    return [];
  }

  place({ block, x, y, z }: PlacedBlock): void {
    const { blocks } = this.model;
    let exhausted = false;
    for (let need = blocks.needFrom[block]!; need < blocks.needFrom[block + 1]!; need++) {
      const kind = blocks.needKind[need]!;
      this.left[kind]! -= blocks.needCount[need]!;
      if (this.left[kind] === 0) exhausted = true;
    }
    this.volume += blocks.volume[block]!;
    this.placed.push({ block, x, y, z });
    if (this.model.support) this.standing.push(...boxesOf(blocks.parts[block]!, x, y, z));
    if (exhausted) this.reach = this.reachableLengths();
    const [x2, y2, z2] = [x + blocks.dx[block]!, y + blocks.dy[block]!, z + blocks.dz[block]!];
    this.fillSpaces({ x1: x, y1: y, z1: z, x2, y2, z2 });
  }

  /** The boxes loaded, one by one. */
  boxes(): PlacedBox[] {
    return this.placed.flatMap(({ block, x, y, z }) => boxesOf(this.model.blocks.parts[block]!, x, y, z));
  }

  /** Loads greedily to the end. */
  complete(): void {
    for (let next = this.candidates(1); next.length > 0; next = this.candidates(1)) this.place(next[0]!);
  }

  private nearestSpace(): number {
    const { spaces } = this;
    const { dx, dy, dz } = this.model.room;
    let best = 0;
    let bestNear = Number.POSITIVE_INFINITY;
    let bestVolume = 0;
    for (let at = 0; at < spaces.length; at += SIDES) {
      const near =
        Math.min(spaces[at]!, dx - spaces[at + 3]!) +
        Math.min(spaces[at + 1]!, dy - spaces[at + 4]!) +
        Math.min(spaces[at + 2]!, dz - spaces[at + 5]!);
      if (near > bestNear) continue;
      const volume =
        (spaces[at + 3]! - spaces[at]!) *
        (spaces[at + 4]! - spaces[at + 1]!) *
        (spaces[at + 5]! - spaces[at + 2]!);
      if (near < bestNear || volume > bestVolume) {
        bestNear = near;
        bestVolume = volume;
        best = at;
      }
    }
    return best;
  }

  private candidatesIn(at: number, most: number): Candidate[] {
    const { blocks, support } = this.model;
    const { spaces } = this;
    const under = support ? this.endingAt(spaces[at + 2]!) : [];
    const sx = spaces[at + 3]! - spaces[at]!;
    const sy = spaces[at + 4]! - spaces[at + 1]!;
    const sz = spaces[at + 5]! - spaces[at + 2]!;
    const best: Candidate[] = [];
    let worst = 0;
    for (let block = firstNotLarger(blocks.volume, sx * sy * sz); block < blocks.count; block++) {
      // No trait is above 1, so the volume bounds the score, and blocks come by falling volume.
      if (best.length === most && blocks.volume[block]! <= worst) break;
      if (blocks.dx[block]! > sx || blocks.dy[block]! > sy || blocks.dz[block]! > sz) continue;
      if (!this.hasBoxesFor(block)) continue;
      const score = this.scoreOf(block, sx, sy, sz);
      if (best.length === most && score <= worst) continue;
      const place = support ? this.standingPlace(at, block, under) : this.cornerOf(at, block);
      if (!place) continue;
      let slot = best.length;
      while (slot > 0 && best[slot - 1]!.score < score) slot--;
      best.splice(slot, 0, { ...place, score });
      if (best.length > most) best.pop();
      worst = best[best.length - 1]!.score;
    }
    return best;
  }

  /** The block in the corner of the space that is nearest to a corner of the container; on its ground where support counts. */
  private cornerOf(at: number, block: number): PlacedBlock {
    const { spaces } = this;
    const { blocks, room, support } = this.model;
    const lowX = spaces[at]! <= room.dx - spaces[at + 3]!;
    const lowY = spaces[at + 1]! <= room.dy - spaces[at + 4]!;
    const lowZ = support !== null || spaces[at + 2]! <= room.dz - spaces[at + 5]!;
    return {
      block,
      x: lowX ? spaces[at]! : spaces[at + 3]! - blocks.dx[block]!,
      y: lowY ? spaces[at + 1]! : spaces[at + 4]! - blocks.dy[block]!,
      z: lowZ ? spaces[at + 2]! : spaces[at + 5]! - blocks.dz[block]!,
    };
  }

  /** The first place that bears the block: corners of the space, then the corners of the boxes below. Null without one. */
  private standingPlace(at: number, block: number, under: PlacedBox[]): PlacedBlock | null {
    const { spaces } = this;
    const { blocks, support } = this.model;
    const nearest = this.cornerOf(at, block);
    const [lowX, lowY] = [spaces[at]!, spaces[at + 1]!];
    const highX = spaces[at + 3]! - blocks.dx[block]!;
    const highY = spaces[at + 4]! - blocks.dy[block]!;
    const stands = (x: number, y: number) => support!.stands({ ...nearest, x, y }, under);
    if (stands(nearest.x, nearest.y)) return nearest;
    for (const x of [lowX, highX])
      for (const y of [lowY, highY]) if (stands(x, y)) return { ...nearest, x, y };
    for (const { xMm, yMm } of under) {
      const inside = xMm >= lowX && xMm <= highX && yMm >= lowY && yMm <= highY;
      if (inside && stands(xMm, yMm)) return { ...nearest, x: xMm, y: yMm };
    }
    return null;
  }

  private endingAt(zMm: number): PlacedBox[] {
    return this.standing.filter((box) => box.zMm + box.dzMm === zMm);
  }

  private hasBoxesFor(block: number): boolean {
    const { needFrom, needKind, needCount } = this.model.blocks;
    for (let need = needFrom[block]!; need < needFrom[block + 1]!; need++) {
      if (needCount[need]! > this.left[needKind[need]!]!) return false;
    }
    return true;
  }

  /** Volume of the block, less the more it leaves its sides free, strands room, or needs many boxes. */
  private scoreOf(block: number, sx: number, sy: number, sz: number): number {
    const { blocks, room, weights } = this.model;
    const bx = blocks.dx[block]!;
    const by = blocks.dy[block]!;
    const bz = blocks.dz[block]!;
    const touching =
      by * bz * (sx - bx <= CONTACT_TOLERANCE * room.dx ? 2 : 1) +
      bx * bz * (sy - by <= CONTACT_TOLERANCE * room.dy ? 2 : 1) +
      bx * by * (sz - bz <= CONTACT_TOLERANCE * room.dz ? 2 : 1);
    const contact = touching / (2 * (by * bz + bx * bz + bx * by));
    const usable =
      (bx + this.reach[0]![sx - bx]!) * (by + this.reach[1]![sy - by]!) * (bz + this.reach[2]![sz - bz]!);
    const kept = usable / (sx * sy * sz);
    return (
      blocks.volume[block]! *
      contact ** weights.contact *
      kept ** weights.waste *
      (blocks.boxes[block] === 1 ? 1 : blocks.boxes[block]! ** -weights.boxes)
    );
  }

  /** For each axis and each length, the most of it that boxes still there can use up end to end. */
  private reachableLengths(): Int32Array[] {
    const { room, sides } = this.model;
    return [room.dx, room.dy, room.dz].map((length, axis) => {
      const reached = new Uint8Array(length + 1);
      reached[0] = 1;
      const steps = new Set<number>();
      sides[axis]!.forEach((bySide, kind) => {
        if (this.left[kind]! > 0) for (const side of bySide) steps.add(side);
      });
      for (const step of steps) {
        for (let at = step; at <= length; at++) if (reached[at - step] === 1) reached[at] = 1;
      }
      const most = new Int32Array(length + 1);
      for (let at = 1; at <= length; at++) most[at] = reached[at] === 1 ? at : most[at - 1]!;
      return most;
    });
  }

  private fillSpaces({ x1, y1, z1, x2, y2, z2 }: Cuboid): void {
    const { spaces } = this;
    const least = this.model.leastSide;
    const kept: number[] = [];
    const cut: number[] = [];
    for (let at = 0; at < spaces.length; at += SIDES) {
      const [a1, b1, c1] = [spaces[at]!, spaces[at + 1]!, spaces[at + 2]!];
      const [a2, b2, c2] = [spaces[at + 3]!, spaces[at + 4]!, spaces[at + 5]!];
      if (a1 >= x2 || x1 >= a2 || b1 >= y2 || y1 >= b2 || c1 >= z2 || z1 >= c2) {
        kept.push(a1, b1, c1, a2, b2, c2);
        continue;
      }
      if (x1 - a1 >= least) cut.push(a1, b1, c1, x1, b2, c2);
      if (a2 - x2 >= least) cut.push(x2, b1, c1, a2, b2, c2);
      if (y1 - b1 >= least) cut.push(a1, b1, c1, a2, y1, c2);
      if (b2 - y2 >= least) cut.push(a1, y2, c1, a2, b2, c2);
      if (z1 - c1 >= least) cut.push(a1, b1, c1, a2, b2, z1);
      if (c2 - z2 >= least) cut.push(a1, b1, z2, a2, b2, c2);
    }
    const untouched = kept.length;
    for (let at = 0; at < cut.length; at += SIDES) {
      if (!isWithin(cut, at, kept, untouched) && !isWithinSibling(cut, at)) {
        for (let side = 0; side < SIDES; side++) kept.push(cut[at + side]!);
      }
    }
    this.spaces = kept;
  }
}

function encloses(outer: number[], o: number, inner: number[], i: number): boolean {
  return (
    outer[o]! <= inner[i]! &&
    outer[o + 1]! <= inner[i + 1]! &&
    outer[o + 2]! <= inner[i + 2]! &&
    outer[o + 3]! >= inner[i + 3]! &&
    outer[o + 4]! >= inner[i + 4]! &&
    outer[o + 5]! >= inner[i + 5]!
  );
}

function isWithin(cut: number[], at: number, others: number[], end: number): boolean {
  for (let other = 0; other < end; other += SIDES) if (encloses(others, other, cut, at)) return true;
  return false;
}

/** Of two equal pieces the first stays. */
function isWithinSibling(cut: number[], at: number): boolean {
  for (let other = 0; other < cut.length; other += SIDES) {
    if (other === at || !encloses(cut, other, cut, at)) continue;
    if (other < at || !encloses(cut, at, cut, other)) return true;
  }
  return false;
}

/** First index of a falling sequence whose value is not above the limit. */
function firstNotLarger(falling: Float64Array, limit: number): number {
  let low = 0;
  let high = falling.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (falling[middle]! > limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
