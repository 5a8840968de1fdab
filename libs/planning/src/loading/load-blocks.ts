import { orientationsFor } from './load-boxes.js';
import type { Block, BlockPart, BoxKind, Room } from './load-parts.js';

/** Blocks may have this much air at most. */
const LEAST_FILL = 0.98;

/**
 * Tight cuboids of boxes that are placed as one, sorted by volume of boxes, largest first. Columns of arrays, because a
 * search looks at them millions of times.
 */
export interface LoadBlocks {
  count: number;
  dx: Int32Array;
  dy: Int32Array;
  dz: Int32Array;
  /** Volume of the boxes in the block. */
  volume: Float64Array;
  boxes: Int32Array;
  /** What a block needs: kinds `needKind[needFrom[b]..needFrom[b + 1])` and how many of each. */
  needFrom: Int32Array;
  needKind: Int32Array;
  needCount: Int32Array;
  parts: BlockPart[];
}

/** How far building goes: whichever is reached first. */
export interface BlockStage {
  blocks: number;
  /** Pairs of blocks looked at. */
  pairs: number;
}

/**
 * Builds grids of equal boxes first, then pairs of blocks that fit together with little air. The blocks of a stage depend on the
 * goods alone, never on a clock.
 */
export class BlockBuilder {
  private readonly known = new Set<string>();
  private readonly built: Block[] = [];
  private readonly rows: Iterator<void>;
  private pairs = 0;
  private allJoined = false;

  /** @param kinds with how many of each there are to build with */
  constructor(
    private readonly kinds: BoxKind[],
    private readonly room: Room,
  ) {
    for (const block of gridBlocks(kinds, room)) this.remember(block);
    this.rows = this.joinRows();
  }

  /** Goes on to the end of the stage. `false` when told to stop before: what is built then is no stage. */
  grow(stage: BlockStage, shouldStop: () => boolean): boolean {
    while (!this.allJoined && this.built.length < stage.blocks && this.pairs < stage.pairs) {
      if (shouldStop()) return false;
      this.allJoined = this.rows.next().done === true;
    }
    return true;
  }

  /** Whether there are no further blocks to build. */
  isComplete(): boolean {
    return this.allJoined;
  }

  /** What is built so far. */
  blocks(): LoadBlocks {
    return pack([...this.built]);
  }

  private remember(block: Block): void {
    const needs = [...block.needs].sort(([one], [two]) => one - two).join(';');
    const key = `${block.dx},${block.dy},${block.dz}|${needs}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    this.built.push(block);
  }

  /** Generation by generation, one new block with all others at a time. */
  private *joinRows(): Generator<void> {
    for (let fresh = 0; fresh < this.built.length; ) {
      const end = this.built.length;
      for (let at = fresh; at < end; at++) {
        this.joinRow(this.built[at]!, fresh, end);
        yield;
      }
      fresh = end;
    }
  }

  /** Millions of pairs are looked at and few fit: what most of them fail comes first. */
  private joinRow(first: Block, fresh: number, end: number): void {
    const { dx, dy, dz, volume, boxes } = first;
    for (let at = 0; at < end; at++) {
      const second = this.built[at]!;
      if (at >= fresh && second.boxes > boxes) continue;
      this.pairs++;
      const filled = (volume + second.volume) / LEAST_FILL;
      const [wide, deep, high] = [Math.max(dx, second.dx), Math.max(dy, second.dy), Math.max(dz, second.dz)];
      if (filled >= (dx + second.dx) * deep * high) this.join(first, second, 0);
      if (filled >= wide * (dy + second.dy) * high) this.join(first, second, 1);
      if (filled >= wide * deep * (dz + second.dz)) this.join(first, second, 2);
    }
  }

  private join(first: Block, second: Block, axis: 0 | 1 | 2): void {
    const { kinds, room } = this;
    const dx = axis === 0 ? first.dx + second.dx : Math.max(first.dx, second.dx);
    const dy = axis === 1 ? first.dy + second.dy : Math.max(first.dy, second.dy);
    const dz = axis === 2 ? first.dz + second.dz : Math.max(first.dz, second.dz);
    if (dx > room.dx || dy > room.dy || dz > room.dz) return;
    const needs = new Map(first.needs);
    for (const [kind, count] of second.needs) {
      const total = (needs.get(kind) ?? 0) + count;
      if (total > kinds[kind]!.count) return;
      needs.set(kind, total);
    }
    const volume = first.volume + second.volume;
    const boxes = first.boxes + second.boxes;
    this.remember({ dx, dy, dz, volume, boxes, needs, part: { axis, first, second } });
  }
}

function gridBlocks(kinds: BoxKind[], room: Room): Block[] {
  const blocks: Block[] = [];
  kinds.forEach((box, kind) => {
    for (const { dx, dy, dz } of orientationsFor(box)) {
      for (let nx = 1; nx * dx <= room.dx && nx <= box.count; nx++) {
        for (let ny = 1; ny * dy <= room.dy && nx * ny <= box.count; ny++) {
          for (let nz = 1; nz * dz <= room.dz && nx * ny * nz <= box.count; nz++) {
            const boxes = nx * ny * nz;
            const volume = boxes * dx * dy * dz;
            const part = { kind, dx, dy, dz, nx, ny, nz };
            blocks.push({
              dx: nx * dx,
              dy: ny * dy,
              dz: nz * dz,
              volume,
              boxes,
              needs: new Map([[kind, boxes]]),
              part,
            });
          }
        }
      }
    }
  });
  // Blocks of few kinds and few boxes are the building stones; with too many grids the large ones can be left out.
  return blocks.sort((one, two) => one.boxes - two.boxes);
}

function pack(blocks: Block[]): LoadBlocks {
  blocks.sort((one, two) => two.volume - one.volume || one.boxes - two.boxes);
  const needFrom = new Int32Array(blocks.length + 1);
  blocks.forEach((block, at) => {
    needFrom[at + 1] = needFrom[at]! + block.needs.size;
  });
  const needs = blocks.flatMap((block) => [...block.needs]);
  return {
    count: blocks.length,
    dx: Int32Array.from(blocks, (block) => block.dx),
    dy: Int32Array.from(blocks, (block) => block.dy),
    dz: Int32Array.from(blocks, (block) => block.dz),
    volume: Float64Array.from(blocks, (block) => block.volume),
    boxes: Int32Array.from(blocks, (block) => block.boxes),
    needFrom,
    needKind: Int32Array.from(needs, ([kind]) => kind),
    needCount: Int32Array.from(needs, ([, count]) => count),
    parts: blocks.map((block) => block.part),
  };
}
