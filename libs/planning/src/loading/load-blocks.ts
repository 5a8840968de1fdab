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

/** Pairs looked at between two questions whether to go on. */
const PAIRS_PER_CHECK = 4096;
/** Pairs looked at in all. */
const MOST_PAIRS = 4_000_000;

/**
 * Grids of equal boxes first, then pairs of blocks that fit together with little air, up to `limit` blocks or until it
 * is `enough`.
 */
export function buildBlocks(kinds: BoxKind[], room: Room, limit: number, enough: () => boolean): LoadBlocks {
  const known = new Map<string, Block>();
  const grids = gridBlocks(kinds, room);
  for (const block of grids) remember(known, block);
  let fresh = [...known.values()];
  const joining: Joining = { kinds, room, known, limit, enough, next: [], pairs: 0, ended: false };
  while (fresh.length > 0 && known.size < limit && !joining.ended) {
    joining.next = [];
    joinAll([...known.values()], fresh, joining);
    fresh = joining.next;
  }
  return pack([...known.values()]);
}

function remember(known: Map<string, Block>, block: Block): boolean {
  const needs = [...block.needs].sort(([one], [two]) => one - two).join(';');
  const key = `${block.dx},${block.dy},${block.dz}|${needs}`;
  if (known.has(key)) return false;
  known.set(key, block);
  return true;
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

interface Joining {
  kinds: BoxKind[];
  room: Room;
  known: Map<string, Block>;
  limit: number;
  enough: () => boolean;
  next: Block[];
  pairs: number;
  ended: boolean;
}

function joinAll(all: Block[], fresh: Block[], joining: Joining): void {
  const freshSet = new Set(fresh);
  for (const first of fresh) {
    for (const second of all) {
      if (freshSet.has(second) && second.boxes > first.boxes) continue;
      if (++joining.pairs % PAIRS_PER_CHECK === 0 && (joining.pairs >= MOST_PAIRS || joining.enough())) {
        joining.ended = true;
        return;
      }
      for (const axis of [0, 1, 2] as const) {
        const joined = join(first, second, axis, joining);
        if (joined && remember(joining.known, joined)) joining.next.push(joined);
        if (joining.known.size >= joining.limit) return;
      }
    }
  }
}

function join(first: Block, second: Block, axis: 0 | 1 | 2, { kinds, room }: Joining): Block | null {
  const dx = axis === 0 ? first.dx + second.dx : Math.max(first.dx, second.dx);
  const dy = axis === 1 ? first.dy + second.dy : Math.max(first.dy, second.dy);
  const dz = axis === 2 ? first.dz + second.dz : Math.max(first.dz, second.dz);
  if (dx > room.dx || dy > room.dy || dz > room.dz) return null;
  const volume = first.volume + second.volume;
  if (volume < LEAST_FILL * dx * dy * dz) return null;
  const needs = new Map(first.needs);
  for (const [kind, count] of second.needs) {
    const total = (needs.get(kind) ?? 0) + count;
    if (total > kinds[kind]!.count) return null;
    needs.set(kind, total);
  }
  return { dx, dy, dz, volume, boxes: first.boxes + second.boxes, needs, part: { axis, first, second } };
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
