import type { SiteGraph } from './site-graph.js';

/** From one node to all others: the length, and the node before on the way; infinite and -1 where no way leads. */
interface Tree {
  length: Float64Array;
  previous: Int32Array;
}

/** Shortest ways over a site graph by Dijkstra's algorithm, one tree per starting node, remembered. */
export class ShortestWays {
  private readonly indexOf: Map<string, number>;
  private readonly nodeIds: readonly string[];
  private readonly ways: { to: number; lengthMm: number }[][];
  private readonly trees = new Map<number, Tree>();

  /** @throws RangeError for a way to an unknown node or of negative length. */
  constructor(graph: SiteGraph) {
    this.nodeIds = graph.nodeIds;
    this.indexOf = new Map(graph.nodeIds.map((nodeId, at) => [nodeId, at]));
    this.ways = graph.nodeIds.map(() => []);
    for (const { from, to, lengthMm, oneWay } of graph.ways) {
      if (!(lengthMm >= 0))
        throw new RangeError(`The way from ${from} to ${to} needs a length of at least 0.`);
      this.ways[this.node(from)]!.push({ to: this.node(to), lengthMm });
      if (!oneWay) this.ways[this.node(to)]!.push({ to: this.node(from), lengthMm });
    }
  }

  /** Infinite where no way leads. */
  lengthMm(from: string, to: string): number {
    return this.treeOf(this.node(from)).length[this.node(to)]!;
  }

  /** The nodes of the shortest way behind its first one; only the last one where no way leads. */
  nodesTo(from: string, to: string): string[] {
    const source = this.node(from);
    const { previous } = this.treeOf(source);
    const nodes: string[] = [];
    for (let at = this.node(to); at !== source && at >= 0; at = previous[at]!)
      nodes.unshift(this.nodeIds[at]!);
    return nodes.length > 0 ? nodes : [to];
  }

  private treeOf(source: number): Tree {
    const tree = this.trees.get(source) ?? this.grow(source);
    this.trees.set(source, tree);
    return tree;
  }

  private node(nodeId: string): number {
    const index = this.indexOf.get(nodeId);
    if (index === undefined) throw new RangeError(`The site has no node ${nodeId}.`);
    return index;
  }

  private grow(source: number): Tree {
    const previous = new Int32Array(this.ways.length).fill(-1);
    const length = new Float64Array(this.ways.length).fill(Number.POSITIVE_INFINITY);
    const heap = new MinHeap();
    length[source] = 0;
    heap.push(source, 0);
    for (let next = heap.pop(); next; next = heap.pop()) {
      if (next.key > length[next.node]!) continue;
      for (const { to, lengthMm } of this.ways[next.node]!) {
        const through = next.key + lengthMm;
        if (through >= length[to]!) continue;
        length[to] = through;
        previous[to] = next.node;
        heap.push(to, through);
      }
    }
    return { length, previous };
  }
}

class MinHeap {
  private readonly entries: { node: number; key: number }[] = [];

  push(node: number, key: number): void {
    const { entries } = this;
    let at = entries.push({ node, key }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (entries[parent]!.key <= key) break;
      entries[at] = entries[parent]!;
      at = parent;
    }
    entries[at] = { node, key };
  }

  pop(): { node: number; key: number } | undefined {
    const { entries } = this;
    const top = entries[0];
    const last = entries.pop();
    if (!top || !last || entries.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && entries[child + 1]!.key < entries[child]!.key) child++;
      if (entries[child]!.key >= last.key) break;
      entries[at] = entries[child]!;
      at = child;
    }
    entries[at] = last;
    return top;
  }
}
