import { orientationsOf, type SizeMm } from './box.js';
import {
  areMany,
  Effort,
  fillContainer,
  fitAtOnce,
  fitPieces,
  type Piece,
  type PlacedPiece,
} from './fit-pieces.js';

/** A kind of shipping carton on the packing shelf. */
export interface CartonType {
  cartonId: string;
  inner: SizeMm;
  tareGrams: number;
  /** Most the goods inside may weigh. */
  maxContentGrams: number;
}

/** Goods to be packed. */
export interface ItemToPack {
  itemId: string;
  quantity: number;
  size: SizeMm;
  weightGrams: number;
  /** Must stand as its height says. Default false. */
  upright?: boolean;
  /** Nothing may lie on it. Default false. */
  fragile?: boolean;
  /** Goods of different groups never share a carton, for example food and chemicals. */
  mixGroup?: string;
}

export interface Placement {
  itemId: string;
  xMm: number;
  yMm: number;
  zMm: number;
  /** As it stands in the carton. */
  size: SizeMm;
}

export type CartonReason =
  | { code: 'smallest-that-fits'; smallerTried: number }
  | { code: 'split'; because: 'volume' | 'weight' | 'mix-group' | 'shape' }
  | {
      code: 'void-fill';
      voidMl: number;
      /** Of the inner volume, 0..1. */
      voidShare: number;
    };

export interface PlannedCarton {
  cartonId: string;
  placements: Placement[];
  contentGrams: number;
  grossGrams: number;
  /** Share of the inner volume that is goods, 0..1; the rest is void to be filled. */
  fillRatio: number;
  voidMl: number;
  reasons: CartonReason[];
}

export interface CartonPlan {
  cartons: PlannedCarton[];
  unpacked: {
    itemId: string;
    quantity: number;
    reason: UnpackedReason;
  }[];
}

export type UnpackedReason =
  | { code: 'larger-than-cartons' | 'heavier-than-cartons' }
  /** The whole basket is more than is worked out; whether it would fit is not known. */
  | { code: 'too-many-units'; units: number; limit: number };

/** The most units of a basket that are packed exactly: beyond it the work grows, and nobody packs so many into one carton. */
export const CARTON_UNITS_MOST = 200;

/**
 * The smallest carton that holds everything; where none does (or goods may not mix), few cartons, each the smallest
 * for its content. Deterministic, with bounded work: many units are tried in fewer ways. Every unit is placed once or is unpacked
 * with its reason.
 */
export function chooseCarton(items: ItemToPack[], cartons: CartonType[]): CartonPlan {
  const bySize = [...cartons].sort(
    (one, two) => volumeMm3(one.inner) - volumeMm3(two.inner) || (one.cartonId < two.cartonId ? -1 : 1),
  );
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  if (units > CARTON_UNITS_MOST) return tooMany(items, units);
  const plan: CartonPlan = { cartons: [], unpacked: [] };
  const groups = new Map<string, Piece[]>();
  for (const item of items) {
    const pieces = new Array<Piece>(item.quantity).fill(pieceOf(item));
    if (item.quantity === 0) continue;
    if (!smallestFor(pieces.slice(0, 1), bySize, new Effort(1))) {
      plan.unpacked.push({ itemId: item.itemId, quantity: item.quantity, reason: whyNoCarton(item, bySize) });
      continue;
    }
    groups.set(item.mixGroup ?? '', [...(groups.get(item.mixGroup ?? '') ?? []), ...pieces]);
  }
  for (const pieces of groups.values()) {
    const packed = packGroup(pieces, bySize);
    if (groups.size > 1)
      for (const carton of packed) carton.reasons.push({ code: 'split', because: 'mix-group' });
    plan.cartons.push(...packed);
  }
  for (const carton of plan.cartons) if (carton.voidMl > 0) carton.reasons.push(voidFill(carton));
  return plan;
}

function tooMany(items: ItemToPack[], units: number): CartonPlan {
  const reason = { code: 'too-many-units' as const, units, limit: CARTON_UNITS_MOST };
  const unpacked = items.flatMap(({ itemId, quantity }) =>
    quantity > 0 ? [{ itemId, quantity, reason }] : [],
  );
  return { cartons: [], unpacked };
}

function voidFill({ voidMl, fillRatio }: PlannedCarton): CartonReason {
  return { code: 'void-fill', voidMl, voidShare: Math.round((1 - fillRatio) * 1000) / 1000 };
}

function volumeMm3(size: SizeMm): number {
  return size.lengthMm * size.widthMm * size.heightMm;
}

function pieceOf(item: ItemToPack): Piece {
  const { itemId, size, weightGrams, upright = false, fragile = false } = item;
  return { itemId, size, weightGrams, upright, fragile, turns: orientationsOf(size, upright) };
}

function weightOf(pieces: Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.weightGrams, 0);
}

function whyNoCarton(item: ItemToPack, cartons: CartonType[]) {
  const weightless = { ...pieceOf(item), weightGrams: 0 };
  const fitsByShape = cartons.some(({ inner }) => fitPieces([weightless], inner, new Effort(1)));
  return { code: fitsByShape ? ('heavier-than-cartons' as const) : ('larger-than-cartons' as const) };
}

function packGroup(pieces: Piece[], bySize: CartonType[]): PlannedCarton[] {
  const effort = new Effort(pieces.length);
  const single = smallestFor(pieces, bySize, effort);
  if (single) return [plannedCarton(single)];
  const because = whySplit(pieces, bySize);
  const planned: PlannedCarton[] = [];
  for (let left = pieces; left.length > 0; ) {
    const whole = left === pieces ? null : smallestFor(left, bySize, effort);
    const carton = whole ?? largestPart(left, bySize, effort);
    planned.push(plannedCarton(carton));
    left = without(left, carton.placed);
  }
  for (const carton of planned) carton.reasons.push({ code: 'split', because });
  return planned;
}

function without(pieces: Piece[], placed: PlacedPiece[]): Piece[] {
  const taken = new Map<Piece, number>();
  for (const { piece } of placed) taken.set(piece, (taken.get(piece) ?? 0) + 1);
  return pieces.filter((piece) => {
    const count = taken.get(piece) ?? 0;
    taken.set(piece, count - 1);
    return count <= 0;
  });
}

/** The most volume of what is left that one carton takes, in the smallest carton that holds it. */
function largestPart(left: Piece[], bySize: CartonType[], effort: Effort): Packed {
  let best: Packed | null = null;
  let bestVolume = 0;
  for (const [index, carton] of [...bySize.entries()].reverse()) {
    if (volumeMm3(carton.inner) <= bestVolume) break;
    const { placed } = fillContainer(left, carton.inner, carton.maxContentGrams);
    const partVolume = placed.reduce((sum, { piece }) => sum + volumeMm3(piece.size), 0);
    if (partVolume <= bestVolume) continue;
    best = { carton, placed, smallerTried: index };
    bestVolume = partVolume;
  }
  // Each piece fits some carton alone, or it would not be here: the loop finds at least that.
  const found = best!;
  const part = found.placed.map(({ piece }) => piece);
  return smallestFor(part, bySize.slice(0, found.smallerTried), effort) ?? found;
}

function whySplit(pieces: Piece[], bySize: CartonType[]): 'volume' | 'weight' | 'shape' {
  const volume = pieces.reduce((sum, piece) => sum + volumeMm3(piece.size), 0);
  const large = bySize.filter((carton) => volumeMm3(carton.inner) >= volume);
  if (large.length === 0) return 'volume';
  return large.some((carton) => carton.maxContentGrams >= weightOf(pieces)) ? 'shape' : 'weight';
}

interface Packed {
  carton: CartonType;
  placed: PlacedPiece[];
  smallerTried: number;
}

function smallestFor(pieces: Piece[], bySize: CartonType[], effort: Effort): Packed | null {
  const own = areMany(pieces) ? effort : new Effort(pieces.length);
  const pack = (at: number, fit: typeof fitPieces): Packed | null => {
    const carton = bySize[at]!;
    const placed = weightOf(pieces) <= carton.maxContentGrams ? fit(pieces, carton.inner, own) : null;
    return placed && { carton, placed, smallerTried: at };
  };
  const firstFit = (fit: typeof fitPieces) => {
    for (const at of bySize.keys()) {
      const packed = pack(at, fit);
      if (packed) return packed;
    }
    return null;
  };
  if (!areMany(pieces)) return firstFit(fitPieces);
  // One look at each carton finds about the right one; the effort goes into those just smaller.
  let found = firstFit(fitAtOnce);
  for (let at = (found?.smallerTried ?? bySize.length) - 1; at >= 0; at--) {
    const smaller = pack(at, fitPieces);
    if (!smaller) break;
    found = smaller;
  }
  return found;
}

function plannedCarton({ carton, placed, smallerTried }: Packed): PlannedCarton {
  const contentGrams = weightOf(placed.map(({ piece }) => piece));
  const goodsMm3 = placed.reduce((sum, { piece }) => sum + volumeMm3(piece.size), 0);
  const innerMm3 = volumeMm3(carton.inner);
  return {
    cartonId: carton.cartonId,
    placements: placed.map(({ piece, at }) => ({
      itemId: piece.itemId,
      xMm: at.x1,
      yMm: at.y1,
      zMm: at.z1,
      size: { lengthMm: at.x2 - at.x1, widthMm: at.y2 - at.y1, heightMm: at.z2 - at.z1 },
    })),
    contentGrams,
    grossGrams: contentGrams + carton.tareGrams,
    fillRatio: goodsMm3 / innerMm3,
    voidMl: Math.round((innerMm3 - goodsMm3) / 1000),
    reasons: [{ code: 'smallest-that-fits', smallerTried }],
  };
}
