import { type GraphRouteRequest, type Random, routeOnGraph, type SiteGraph } from '#lib/planning';
import type { Report } from './report.js';

/** Held-Karp over sets is still quick at this many places, and the search no longer exact. */
const EXACT_PLACES = 14;
const EXACT_ROUTES = 40;
const LONG_PLACES = 30;
const LONG_ROUTES = 20;
const ASCENT_STEPS = 600;

/**
 * Routes over sites that are no field of aisles: rows of racks with gates left out and shortcuts, aisles partly one-way. Checked
 * against Held-Karp over sets of 14 places; beyond, on two-way sites, against the bound of Held and Karp (1970) by 1-trees.
 */
export function benchGraphRoutes(random: Random, report: Report, options: { now: () => number }): void {
  for (const oneWay of [false, true]) {
    const kind = oneWay ? 'one-way aisles' : 'two-way ways';
    compare(
      { name: `site graph, ${kind}, ${EXACT_PLACES} places against Held-Karp`, routes: EXACT_ROUTES },
      report,
      options,
      () => {
        const request = randomRequest(random, EXACT_PLACES, oneWay);
        return { request, bound: shortestMm };
      },
    );
  }
  compare(
    { name: `site graph, two-way ways, ${LONG_PLACES} places above the 1-tree bound`, routes: LONG_ROUTES },
    report,
    options,
    () => ({
      request: randomRequest(random, LONG_PLACES, false),
      bound: oneTreeBoundMm,
    }),
  );
}

function compare(
  { name, routes }: { name: string; routes: number },
  report: Report,
  options: { now: () => number },
  next: () => { request: GraphRouteRequest; bound: (between: number[][]) => number },
): void {
  let walked = 0;
  let bounds = 0;
  let feasible = true;
  let spentMs = 0;
  for (let route = 0; route < routes; route++) {
    const { request, bound } = next();
    const startedMs = options.now();
    const answer = routeOnGraph(request);
    spentMs += options.now() - startedMs;
    const between = betweenPlaces(request);
    const sequence = answer.stopIds.map((id) => request.stops.findIndex((stop) => stop.stopId === id) + 1);
    const path = [0, ...sequence, 0];
    const measured = path.slice(1).reduce((sum, to, at) => sum + between[path[at]!]![to]!, 0);
    feasible &&= measured === answer.walkMm && new Set(sequence).size === request.stops.length;
    walked += measured;
    bounds += bound(between);
  }
  const objective = feasible ? walked : null;
  report.add({ name, objective, bestKnown: bounds, seconds: spentMs / 1000 });
}

/** Nodes on a jittered grid; some ways are missing, some aisles go one way only, and a ring keeps everything within reach. */
function randomRequest(random: Random, places: number, oneWay: boolean): GraphRouteRequest {
  const columns = 7;
  const rows = 8;
  const id = (column: number, row: number) => `n${column}-${row}`;
  const ways: SiteGraph['ways'] = [];
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const atEnd = row === 0 || row === rows - 1;
      const across = {
        from: id(column, row),
        to: id(column + 1, row),
        lengthMm: 3000 + 100 * random.below(20),
      };
      if (column + 1 < columns && (atEnd || random.next() < 0.35)) ways.push(across);
      if (row + 1 === rows) continue;
      const along = {
        lengthMm: 2500 + 100 * random.below(15),
        oneWay: oneWay && column > 0 && column < columns - 1,
      };
      const [one, two] = [id(column, row), id(column, row + 1)];
      ways.push(column % 2 === 0 ? { from: one, to: two, ...along } : { from: two, to: one, ...along });
    }
  }
  const nodeIds = Array.from({ length: columns * rows }, (_, at) =>
    id(at % columns, Math.floor(at / columns)),
  );
  const [startNodeId = '', ...others] = random.shuffle([...nodeIds]);
  const stops = others.slice(0, places).map((nodeId, at) => ({ stopId: String(at), nodeId }));
  return { graph: { nodeIds, ways }, stops, startNodeId };
}

/** Lengths between the start (first) and the stops, by Floyd and Warshall over the whole graph. */
function betweenPlaces({ graph, stops, startNodeId }: GraphRouteRequest): number[][] {
  const at = new Map(graph.nodeIds.map((nodeId, index) => [nodeId, index]));
  const length = graph.nodeIds.map((_, one) =>
    graph.nodeIds.map((__, two) => (one === two ? 0 : Number.POSITIVE_INFINITY)),
  );
  for (const { from, to, lengthMm, oneWay } of graph.ways) {
    const [one, two] = [at.get(from)!, at.get(to)!];
    length[one]![two] = Math.min(length[one]![two]!, lengthMm);
    if (!oneWay) length[two]![one] = Math.min(length[two]![one]!, lengthMm);
  }
  length.forEach((through, over) => {
    for (const row of length)
      for (const [to, rest] of through.entries()) row[to] = Math.min(row[to]!, row[over]! + rest);
  });
  const places = [startNodeId, ...stops.map((stop) => stop.nodeId)].map((nodeId) => at.get(nodeId)!);
  return places.map((one) => places.map((two) => length[one]![two]!));
}

/** The shortest round from 0 over all others, by dynamic programming over sets (Held and Karp 1962). */
function shortestMm(between: number[][]): number {
  const count = between.length - 1;
  const best = new Float64Array((1 << count) * count).fill(Number.POSITIVE_INFINITY);
  for (let place = 0; place < count; place++) best[(1 << place) * count + place] = between[0]![place + 1]!;
  for (let visited = 1; visited < 1 << count; visited++) {
    for (let last = 0; last < count; last++) {
      const soFar = best[visited * count + last]!;
      if (soFar === Number.POSITIVE_INFINITY) continue;
      for (let next = 0; next < count; next++) {
        if ((visited & (1 << next)) !== 0) continue;
        const to = (visited | (1 << next)) * count + next;
        best[to] = Math.min(best[to]!, soFar + between[last + 1]![next + 1]!);
      }
    }
  }
  const all = ((1 << count) - 1) * count;
  return Math.min(...Array.from({ length: count }, (_, last) => best[all + last]! + between[last + 1]![0]!));
}

/** A lower bound of the shortest round: 1-trees with node prices raised where a node has too many ways (Held and Karp 1970). */
function oneTreeBoundMm(between: number[][]): number {
  const price = new Float64Array(between.length);
  let best = 0;
  let step = (between[0]!.reduce((sum, length) => sum + length, 0) / between.length) * 0.1;
  for (let turn = 0; turn < ASCENT_STEPS; turn++, step *= 0.99) {
    const { length, degrees } = oneTree(between, price);
    best = Math.max(best, length - 2 * price.reduce((sum, each) => sum + each, 0));
    for (const [node, degree] of degrees.entries()) price[node]! += step * (degree - 2);
  }
  return best;
}

/** The shortest tree over all nodes but 0 (Prim 1957), and the two shortest ways of node 0. */
function oneTree(between: number[][], price: Float64Array): { length: number; degrees: Int32Array } {
  const count = between.length;
  const degrees = new Int32Array(count);
  const priced = (one: number, two: number) => between[one]![two]! + price[one]! + price[two]!;
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const joined = new Uint8Array(count);
  const by = new Int32Array(count);
  let length = 0;
  for (let newest = 1, left = count - 1; left > 1; left--) {
    joined[newest] = 1;
    let next = -1;
    for (let node = 1; node < count; node++) {
      if (joined[node] === 1) continue;
      const way = priced(newest, node);
      if (way < nearest[node]!) {
        nearest[node] = way;
        by[node] = newest;
      }
      if (next === -1 || nearest[node]! < nearest[next]!) next = node;
    }
    length += nearest[next]!;
    degrees[next]!++;
    degrees[by[next]!]!++;
    newest = next;
  }
  const fromStart = Array.from({ length: count - 1 }, (_, at) => at + 1).sort(
    (a, b) => priced(0, a) - priced(0, b),
  );
  for (const node of fromStart.slice(0, 2)) {
    length += priced(0, node);
    degrees[0]!++;
    degrees[node]!++;
  }
  return { length, degrees };
}
