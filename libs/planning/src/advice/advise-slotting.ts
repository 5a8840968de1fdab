import { solveAssignment } from '../assignment/solve-assignment.js';

/** An item in its pick face, with how often it is picked. */
export interface SlottedItem {
  itemId: string;
  locationId: string;
  /** Visits a day. */
  picksPerDay: number;
  /** Class of places the item needs, for example `shelf` or `pallet`. */
  sizeClass: string;
}

/** A pick face, empty or not. */
export interface SlottingPlace {
  locationId: string;
  sizeClass: string;
  /** Walk from the start of runs and back. */
  roundTripMm: number;
}

export interface SlottingRequest {
  items: SlottedItem[];
  places: SlottingPlace[];
  /** Work of moving one item, in millimetres of walk it must save within the days below. */
  moveCostMm: number;
  /** Days over which a move must pay. */
  horizonDays: number;
  /** Most items to move; the best ones are kept. Default 50. */
  maxMoves?: number;
}

export interface SlottingMove {
  itemId: string;
  fromLocationId: string;
  toLocationId: string;
  /** Walk a day less, negative for an item that makes room for a busier one. */
  savedMmPerDay: number;
}

export interface SlottingAdvice {
  /** Moves that belong together, most walk saved first: a chain ends in an empty place or where it began. */
  chains: { moves: SlottingMove[]; savedMmPerDay: number }[];
  savedMmPerDay: number;
}

/** Classes larger than this are cut to the items and places that can gain most. */
const LARGEST_CLASS = 1000;

/**
 * Which items should change places so that what is picked often lies near: an optimal assignment per size class in
 * which each move costs its work, given as chains that can be carried out one by one.
 */
export function adviseSlotting(request: SlottingRequest): SlottingAdvice {
  const places = new Map(request.places.map((place) => [place.locationId, place]));
  const classes = new Set(request.items.map((item) => item.sizeClass));
  const moves = [...classes].flatMap((sizeClass) => movesOfClass(sizeClass, places, request));
  const worthwhile = chainsOf(moves)
    .map((chain) => ({
      moves: chain,
      savedMmPerDay: chain.reduce((sum, move) => sum + move.savedMmPerDay, 0),
    }))
    .filter((chain) => chain.savedMmPerDay * request.horizonDays > chain.moves.length * request.moveCostMm)
    .sort((one, two) => two.savedMmPerDay / two.moves.length - one.savedMmPerDay / one.moves.length);
  const chains: SlottingAdvice['chains'] = [];
  let room = request.maxMoves ?? 50;
  for (const chain of worthwhile) {
    if (chain.moves.length > room) continue;
    room -= chain.moves.length;
    chains.push(chain);
  }
  chains.sort((one, two) => two.savedMmPerDay - one.savedMmPerDay);
  return { chains, savedMmPerDay: chains.reduce((sum, chain) => sum + chain.savedMmPerDay, 0) };
}

function movesOfClass(
  sizeClass: string,
  byId: Map<string, SlottingPlace>,
  request: SlottingRequest,
): SlottingMove[] {
  const items = request.items
    .filter((item) => item.sizeClass === sizeClass && byId.has(item.locationId))
    .sort((one, two) => two.picksPerDay - one.picksPerDay || (one.itemId < two.itemId ? -1 : 1))
    .slice(0, LARGEST_CLASS);
  const own = new Set(items.map((item) => item.locationId));
  const taken = new Set(request.items.map((item) => item.locationId));
  const empty = request.places
    .filter((place) => place.sizeClass === sizeClass && !taken.has(place.locationId))
    .sort((one, two) => one.roundTripMm - two.roundTripMm)
    .slice(0, LARGEST_CLASS);
  const places = [...request.places.filter((place) => own.has(place.locationId)), ...empty];
  const moveMmPerDay = request.moveCostMm / Math.max(1, request.horizonDays);
  const costs = items.map((item) =>
    Float64Array.from(
      places,
      (place) =>
        item.picksPerDay * place.roundTripMm + (place.locationId === item.locationId ? 0 : moveMmPerDay),
    ),
  );
  const { columnOfRow } = solveAssignment(costs);
  return items.flatMap((item, row) => {
    const to = places[columnOfRow[row]!]!;
    if (to.locationId === item.locationId) return [];
    const savedMmPerDay = item.picksPerDay * (byId.get(item.locationId)!.roundTripMm - to.roundTripMm);
    return [
      { itemId: item.itemId, fromLocationId: item.locationId, toLocationId: to.locationId, savedMmPerDay },
    ];
  });
}

/** Moves linked by the places they free and fill; the move into an empty place comes first. */
function chainsOf(moves: SlottingMove[]): SlottingMove[][] {
  const into = new Map(moves.map((move) => [move.toLocationId, move]));
  const from = new Map(moves.map((move) => [move.fromLocationId, move]));
  const done = new Set<SlottingMove>();
  const follow = (first: SlottingMove) => {
    const chain: SlottingMove[] = [];
    for (
      let move: SlottingMove | undefined = first;
      move && !done.has(move);
      move = into.get(move.fromLocationId)
    ) {
      done.add(move);
      chain.push(move);
    }
    return chain;
  };
  const open = moves.filter((move) => !from.has(move.toLocationId)).map(follow);
  return [
    ...open,
    ...moves.filter((move) => !done.has(move)).flatMap((move) => (done.has(move) ? [] : [follow(move)])),
  ];
}
