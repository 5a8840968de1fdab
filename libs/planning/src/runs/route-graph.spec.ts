import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type GraphRouteRequest, routeOnGraph } from './route-graph.js';
import { ShortestWays } from './shortest-ways.js';

/** A ring of one-way ways with shortcuts, so that everything can be reached but not both ways alike. */
const requestsWith = (stops: number): fc.Arbitrary<GraphRouteRequest> =>
  fc
    .record({
      nodes: fc.integer({ min: stops, max: stops + 12 }),
      lengths: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 60, maxLength: 60 }),
      shortcuts: fc.array(fc.tuple(fc.nat(60), fc.nat(60), fc.boolean()), { maxLength: 15 }),
      places: fc.array(fc.nat(60), { minLength: stops, maxLength: stops }),
    })
    .map(({ nodes, lengths, shortcuts, places }) => {
      const node = (at: number) => `n${at % nodes}`;
      const ring = Array.from({ length: nodes }, (_, at) => {
        return { from: node(at), to: node(at + 1), lengthMm: lengths[at % 60]!, oneWay: true };
      });
      const extra = shortcuts.map(([from, to, oneWay], at) => {
        return { from: node(from), to: node(to), lengthMm: 5 * lengths[at]!, oneWay };
      });
      return {
        graph: { nodeIds: Array.from({ length: nodes }, (_, at) => node(at)), ways: [...ring, ...extra] },
        stops: places.map((place, at) => ({ stopId: `s${at}`, nodeId: node(place) })),
        startNodeId: 'n0',
      };
    });

function walkOf(request: GraphRouteRequest, stopIds: string[]): number {
  const ways = new ShortestWays(request.graph);
  const nodes = stopIds.map((stopId) => request.stops.find((stop) => stop.stopId === stopId)!.nodeId);
  const path = [request.startNodeId, ...nodes, request.endNodeId ?? request.startNodeId];
  return path.slice(1).reduce((sum, node, at) => sum + ways.lengthMm(path[at]!, node), 0);
}

function permutations<T>(values: T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) => permutations(values.toSpliced(at, 1)).map((rest) => [value, ...rest]));
}

describe('routing over a net of ways', () => {
  it('walks the shortest way over few stops, one-way aisles respected', () => {
    fc.assert(
      fc.property(requestsWith(5), (request) => {
        const route = routeOnGraph(request);
        expect(route.walkMm).toBe(walkOf(request, route.stopIds));
        const all = permutations(request.stops.map((stop) => stop.stopId)).map((order) =>
          walkOf(request, order),
        );
        expect(route.walkMm).toBe(Math.min(...all));
        expect(route.exact).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('visits all of many stops, repeats itself, and gets no longer with more steps', () => {
    fc.assert(
      fc.property(requestsWith(25), (request) => {
        const route = routeOnGraph(request, { maxIterations: 5 });
        expect([...route.stopIds].sort()).toEqual(request.stops.map((stop) => stop.stopId).sort());
        expect(route.walkMm).toBe(walkOf(request, route.stopIds));
        expect(routeOnGraph(request, { maxIterations: 5 })).toEqual(route);
        expect(routeOnGraph(request, { maxIterations: 20 }).walkMm).toBeLessThanOrEqual(route.walkMm);
      }),
      { numRuns: 15 },
    );
  });

  it('refuses what cannot be reached', () => {
    const graph = { nodeIds: ['a', 'b'], ways: [{ from: 'a', to: 'b', lengthMm: 1, oneWay: true }] };
    const stops = [{ stopId: 's', nodeId: 'b' }];
    expect(() => routeOnGraph({ graph, stops, startNodeId: 'a' })).toThrow(
      'no way from the start over b to the end',
    );
    expect(() => routeOnGraph({ graph, stops, startNodeId: 'x' })).toThrow('The site has no node x.');
  });

  it('refuses places that can each be reached and left, but not one after the other', () => {
    const way = (from: string, to: string) => ({ from, to, lengthMm: 1, oneWay: true });
    const graph = {
      nodeIds: ['a', 'b', 'c', 'd'],
      ways: [way('a', 'b'), way('a', 'c'), way('b', 'd'), way('c', 'd')],
    };
    const stops = ['b', 'c'].map((nodeId) => ({ stopId: nodeId, nodeId }));
    expect(() => routeOnGraph({ graph, stops, startNodeId: 'a', endNodeId: 'd' })).toThrow(
      'There is no way from the start over all stops to the end.',
    );
  });
});
