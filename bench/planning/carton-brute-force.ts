import type { CartonType, ItemToPack } from '#lib/planning';

const STEP_LIMIT = 150_000;

type Sides = [number, number, number];

interface Placed {
  low: Sides;
  high: Sides;
}

/**
 * Tries every sequence, orientation and place at which an item touches the low wall or another item in each direction.
 * `unknown` when the number of tries ran out.
 */
export function canBePacked(
  basket: ItemToPack[],
  { inner, maxContentGrams }: CartonType,
): 'yes' | 'no' | 'unknown' {
  const room: Sides = [inner.lengthMm, inner.widthMm, inner.heightMm];
  const items = basket.map(({ size }): Sides => [size.lengthMm, size.widthMm, size.heightMm]);
  const volume = (sides: Sides) => sides[0] * sides[1] * sides[2];
  if (items.reduce((sum, sides) => sum + volume(sides), 0) > volume(room)) return 'no';
  if (basket.reduce((sum, item) => sum + item.weightGrams, 0) > maxContentGrams) return 'no';
  const roomSides = [...room].sort((a, b) => a - b);
  const tooLong = items.some((sides) =>
    [...sides].sort((a, b) => a - b).some((side, at) => side > roomSides[at]!),
  );
  if (tooLong) return 'no';
  const steps = { left: STEP_LIMIT };
  const found = tryAll(
    items.sort((one, two) => volume(two) - volume(one)),
    [],
    room,
    steps,
  );
  if (found) return 'yes';
  return steps.left > 0 ? 'no' : 'unknown';
}

function turnsOf([a, b, c]: Sides): Sides[] {
  const all: Sides[] = [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ];
  return [...new Map(all.map((turn) => [turn.join(), turn])).values()];
}

function tryAll(items: Sides[], placed: Placed[], room: Sides, steps: { left: number }): boolean {
  if (items.length === 0) return true;
  const starts = [0, 1, 2].map((axis) =>
    [...new Set([0, ...placed.map((box) => box.high[axis]!)])].sort((a, b) => a - b),
  );
  const tried = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (tried.has(item.join())) continue;
    tried.add(item.join());
    const rest = items.filter((_, at) => at !== index);
    for (const turn of turnsOf(item)) {
      for (const x of starts[0]!) {
        for (const y of starts[1]!) {
          for (const z of starts[2]!) {
            if (steps.left-- <= 0) return false;
            const box: Placed = { low: [x, y, z], high: [x + turn[0], y + turn[1], z + turn[2]] };
            if (
              box.high.some((end, axis) => end > room[axis]!) ||
              placed.some((other) => collide(box, other))
            )
              continue;
            if (tryAll(rest, [...placed, box], room, steps)) return true;
          }
        }
      }
    }
  }
  return false;
}

function collide(one: Placed, two: Placed): boolean {
  return [0, 1, 2].every((axis) => one.low[axis]! < two.high[axis]! && two.low[axis]! < one.high[axis]!);
}
