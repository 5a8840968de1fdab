import type { AisleSite, RunStop } from '#lib/planning';

type Point = { xMm: number; yMm: number; aisleId?: string };

/** Length of a round from a station at a cross aisle over these stops in one block of one-way aisles, without the solver's code. */
export function oneWayWalkMm(
  site: AisleSite,
  station: { xMm: number; yMm: number },
  stops: RunStop[],
): number {
  const round = [station, ...stops, station];
  return round.slice(1).reduce((sum, to, at) => sum + legMm(site, round[at]!, to), 0);
}

/** Ahead in the same aisle, or out at its end, over the nearest aisles in between, and in where the other one begins. */
function legMm({ aisles, crossAislesMm }: AisleSite, from: Point, to: Point): number {
  const [frontMm = 0, backMm = 0] = crossAislesMm;
  const wayOf = (point: Point) => aisles.find(({ aisleId }) => aisleId === point.aisleId)?.oneWay;
  const [out, into] = [wayOf(from), wayOf(to)];
  const ahead = out === 'up' ? to.yMm - from.yMm : from.yMm - to.yMm;
  if (from.aisleId !== undefined && from.aisleId === to.aisleId && ahead >= 0) return ahead;
  const outMm = out === undefined ? from.yMm : out === 'up' ? backMm : frontMm;
  const intoMm = into === undefined ? to.yMm : into === 'up' ? frontMm : backMm;
  const inAislesMm = Math.abs(outMm - from.yMm) + Math.abs(to.yMm - intoMm);
  if (outMm === intoMm) return inAislesMm + Math.abs(from.xMm - to.xMm);
  const through = aisles.filter(({ oneWay }) => oneWay === (outMm < intoMm ? 'up' : 'down'));
  const acrossMm = through.map(({ acrossMm: at }) => Math.abs(from.xMm - at) + Math.abs(at - to.xMm));
  return inAislesMm + backMm - frontMm + Math.min(...acrossMm);
}
