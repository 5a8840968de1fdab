import { orientationsOf, type SizeMm } from './box.js';
import { fillContainer, fitPieces, type Piece, type PlacedPiece } from './fit-pieces.js';

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
    reason: { code: 'larger-than-cartons' | 'heavier-than-cartons' };
  }[];
}

/**
 * The smallest carton that holds everything; where none does (or goods may not mix), few cartons, each the smallest
 * for its content. Deterministic. Every unit is placed once or is unpacked with its reason.
 */
export function chooseCarton(items: ItemToPack[], cartons: CartonType[]): CartonPlan {
  const bySize = [...cartons].sort(
    (one, two) => volumeMm3(one.inner) - volumeMm3(two.inner) || (one.cartonId < two.cartonId ? -1 : 1),
  );
  const plan: CartonPlan = { cartons: [], unpacked: [] };
  const groups = new Map<string, Piece[]>();
  for (const item of items) {
    const pieces = new Array<Piece>(item.quantity).fill(pieceOf(item));
    if (item.quantity === 0) continue;
    if (!bySize.some((carton) => packInto(carton, pieces.slice(0, 1)))) {
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
  const fitsByShape = cartons.some((carton) => packInto(carton, [weightless]));
  return { code: fitsByShape ? ('heavier-than-cartons' as const) : ('larger-than-cartons' as const) };
}

function packInto(carton: CartonType, pieces: Piece[]): PlacedPiece[] | null {
  return weightOf(pieces) <= carton.maxContentGrams ? fitPieces(pieces, carton.inner) : null;
}

function packGroup(pieces: Piece[], bySize: CartonType[]): PlannedCarton[] {
  const single = smallestFor(pieces, bySize);
  if (single) return [single];
  const planned: PlannedCarton[] = [];
  let left = pieces;
  while (left.length > 0) {
    const whole = smallestFor(left, bySize);
    const part = whole ? left : largestPart(left, bySize);
    const carton = whole ?? smallestFor(part, bySize)!;
    carton.reasons.push({ code: 'split', because: whySplit(pieces, bySize) });
    planned.push(carton);
    const taken = new Map<Piece, number>();
    for (const piece of part) taken.set(piece, (taken.get(piece) ?? 0) + 1);
    left = left.filter((piece) => {
      const count = taken.get(piece) ?? 0;
      taken.set(piece, count - 1);
      return count <= 0;
    });
  }
  return planned;
}

/** The content of the carton that takes the most volume of what is left. */
function largestPart(left: Piece[], bySize: CartonType[]): Piece[] {
  let best: Piece[] = [];
  let bestVolume = 0;
  for (const carton of [...bySize].reverse()) {
    if (volumeMm3(carton.inner) <= bestVolume) break;
    const { placed } = fillContainer(left, carton.inner, carton.maxContentGrams);
    const part = placed.map(({ piece }) => piece);
    const partVolume = part.reduce((sum, piece) => sum + volumeMm3(piece.size), 0);
    if (partVolume > bestVolume && smallestFor(part, [carton])) {
      best = part;
      bestVolume = partVolume;
    }
  }
  return bestVolume > 0 ? best : left.slice(0, 1);
}

function whySplit(pieces: Piece[], bySize: CartonType[]): 'volume' | 'weight' | 'shape' {
  const volume = pieces.reduce((sum, piece) => sum + volumeMm3(piece.size), 0);
  const large = bySize.filter((carton) => volumeMm3(carton.inner) >= volume);
  if (large.length === 0) return 'volume';
  return large.some((carton) => carton.maxContentGrams >= weightOf(pieces)) ? 'shape' : 'weight';
}

function smallestFor(pieces: Piece[], bySize: CartonType[]): PlannedCarton | null {
  for (const [index, carton] of bySize.entries()) {
    const placed = packInto(carton, pieces);
    if (placed) return plannedCarton(carton, placed, index);
  }
  return null;
}

function plannedCarton(carton: CartonType, placed: PlacedPiece[], smallerTried: number): PlannedCarton {
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
