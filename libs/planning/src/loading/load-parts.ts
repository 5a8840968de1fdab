import type { SizeMm } from '../cartons/box.js';

/** A kind of box and how many of it are to go. */
export interface BoxKind {
  size: SizeMm;
  /** Which side may stand vertical. */
  vertical: { length: boolean; width: boolean; height: boolean };
  count: number;
}

/** A box at its low corner; sizes as it stands. Any one unit of length will do, as long as it is whole. */
export interface PlacedBox {
  /** Index into the kinds of the request. */
  kind: number;
  xMm: number;
  yMm: number;
  zMm: number;
  dxMm: number;
  dyMm: number;
  dzMm: number;
}

export interface Room {
  dx: number;
  dy: number;
  dz: number;
}

/** A tight cuboid of boxes that is placed as one. */
export interface Block {
  dx: number;
  dy: number;
  dz: number;
  volume: number;
  boxes: number;
  needs: Map<number, number>;
  part: BlockPart;
}

/** How a block is made: a grid of one box, or two blocks side by side along an axis. */
export type BlockPart =
  | { kind: number; dx: number; dy: number; dz: number; nx: number; ny: number; nz: number }
  | { axis: 0 | 1 | 2; first: Block; second: Block };

/** One placed block: its index and low corner. */
export interface PlacedBlock {
  block: number;
  x: number;
  y: number;
  z: number;
}
