import { cartPlate, containerPlate } from '#lib/barcodes';
import type { LocationPlan, PutWallPlan, SitePlan } from '../../sites/site-plan.js';

/** Aisles of equal racks, as a person describes them in one line of a file. */
export interface AisleBlock {
  zone: string;
  type: string;
  aisles: [first: number, last: number];
  bays: number;
  levels: number;
  xMm: number;
  yMm: number;
  aisleSpacingMm: number;
  bayWidthMm: number;
}

/** Room for this many stops in an aisle between two pick sequences. */
const SEQUENCE_PER_AISLE = 1_000;

/**
 * All locations of the blocks: `A-03-12-2` is aisle 3, bay 12, level 2. Bays stand along y, aisles along x; the pick sequence goes
 * up the odd aisles and down the even ones, as people walk.
 */
export function expandAisles(blocks: readonly AisleBlock[]): LocationPlan[] {
  return blocks.flatMap((block) => {
    const [first, last] = block.aisles;
    return range(first, last).flatMap((aisle) =>
      range(1, block.bays).flatMap((bay) =>
        range(1, block.levels).map((level) => locationOf(block, { aisle, bay, level })),
      ),
    );
  });
}

function locationOf(
  block: AisleBlock,
  { aisle, bay, level }: { aisle: number; bay: number; level: number },
): LocationPlan {
  const along = aisle % 2 === 1 ? bay : block.bays + 1 - bay;
  return {
    code: `A-${twoDigits(aisle)}-${twoDigits(bay)}-${level}`,
    zone: block.zone,
    type: block.type,
    aisle,
    bay,
    level,
    xMm: block.xMm + (aisle - block.aisles[0]) * block.aisleSpacingMm,
    yMm: block.yMm + (bay - 1) * block.bayWidthMm,
    pickSequence: aisle * SEQUENCE_PER_AISLE + along * 10 + level,
  };
}

/** Carts as a person describes them in one line of a file. */
export interface CartBlock {
  first: number;
  last: number;
  slots: number;
  maxGrams?: number;
}

export function expandCarts({ first, last, slots, maxGrams }: CartBlock): SitePlan['carts'] {
  return range(first, last).map((number) => ({ code: cartPlate(number), slots, maxGrams: maxGrams ?? null }));
}

export function toteCodes({ first, last }: { first: number; last: number }): string[] {
  return range(first, last).map(containerPlate);
}

/** A put wall of equal slots, as a person describes it in one line of a file. */
export interface PutWallBlock {
  station: string;
  /** Number on the plate of the first slot; the others follow row by row from the top. */
  first: number;
  rows: number;
  columns: number;
  volumeMl: number;
  /** The device that lights its slots, at the addresses `<row>-<column>`. */
  light?: string;
}

export function expandPutWall({ station, first, rows, columns, volumeMl, light }: PutWallBlock): PutWallPlan {
  const slots = range(1, rows).flatMap((row) =>
    range(1, columns).map((column) => ({
      code: containerPlate(first + (row - 1) * columns + column - 1),
      row,
      column,
      volumeMl,
      light: light ? { device: light, address: `${row}-${column}` } : null,
    })),
  );
  return { station, slots };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
