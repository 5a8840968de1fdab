import type { SizeMm } from '../cartons/box.js';
import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
import { BlockBuilder, type BlockStage, type LoadBlocks } from './load-blocks.js';
import { orientationsFor, supportedShare } from './load-boxes.js';
import type { BoxKind, PlacedBox, Room } from './load-parts.js';
import { type LoadModel, LoadState } from './load-state.js';
import { SupportRule } from './load-support.js';

export interface LoadRequest {
  /** Inner size of the container or pallet. */
  container: SizeMm;
  kinds: BoxKind[];
  /**
   * Least share, 0..1, of each box's underside that must lie on the floor or on other boxes. Default 0: boxes may stick out as
   * the published problems allow, for goods that are wrapped or held otherwise.
   */
  requireSupportShare?: number;
}

export interface LoadPlan {
  boxes: PlacedBox[];
  /** Share of the container's volume that is boxes, 0..1. */
  fillRatio: number;
  /** Share of the boxes that rest with their whole underside on the floor or on other boxes. */
  supportedShare: number;
  leftCounts: number[];
  iterations: number;
}

/**
 * Blocks to search with, from this beam width on. Narrow beams are over before all blocks are built. Whatever the limit, each width
 * searches with the same blocks: a longer one goes on where a shorter one would end.
 */
const STAGES: (BlockStage & { fromWidth: number })[] = [
  { fromWidth: 1, blocks: 2000, pairs: 250_000 },
  { fromWidth: 3, blocks: 10_000, pairs: 4_000_000 },
];

/**
 * Loads one container or pallet as full as it can: tight blocks of boxes into the free space nearest to a corner,
 * chosen by beam search whose states are judged by loading them greedily to the end (Araya and Riff 2014). The beam
 * widens until the budget is spent. Default 200 greedy loadings.
 */
export function loadContainer(request: LoadRequest, limits: SearchLimits = {}): LoadPlan {
  return loadWithin(request, new SearchBudget(limits, 200));
}

/** The same within a budget that others share. @throws RangeError for a share of support that is none. */
export function loadWithin(request: LoadRequest, budget: SearchBudget): LoadPlan {
  const best = new BeamSearch(request, budget).run();
  const boxes = best.boxes();
  const { lengthMm, widthMm, heightMm } = request.container;
  return {
    boxes,
    fillRatio: best.volume / (lengthMm * widthMm * heightMm),
    supportedShare: supportedShare(boxes),
    leftCounts: Array.from(best.left),
    iterations: budget.iterations,
  };
}

function roomOf({ container }: LoadRequest): Room {
  return { dx: container.lengthMm, dy: container.widthMm, dz: container.heightMm };
}

function modelOf(request: LoadRequest, blocks: LoadBlocks): LoadModel {
  const { kinds, requireSupportShare = 0 } = request;
  const turns = kinds.map(orientationsFor);
  const sideOf = (pick: (turn: Room) => number) =>
    turns.map((ofKind) => Int32Array.from(new Set(ofKind.map(pick))));
  const allSides = turns.flat().flatMap((turn) => [turn.dx, turn.dy, turn.dz]);
  return {
    room: roomOf(request),
    blocks,
    support: requireSupportShare > 0 ? new SupportRule(blocks, requireSupportShare) : null,
    counts: Int32Array.from(kinds, (kind) => kind.count),
    weights: { contact: 4, waste: 1, boxes: 0.2 },
    leastSide: allSides.reduce((one, two) => Math.min(one, two), Number.MAX_SAFE_INTEGER),
    sides: [sideOf((turn) => turn.dx), sideOf((turn) => turn.dy), sideOf((turn) => turn.dz)],
  };
}

class BeamSearch {
  private readonly builder: BlockBuilder;
  private model: LoadModel;
  private best: LoadState;

  /** Loads greedily with grids of equal boxes: the answer when there is no time for more. */
  constructor(
    private readonly request: LoadRequest,
    private readonly budget: SearchBudget,
  ) {
    const { requireSupportShare = 0 } = request;
    if (!(requireSupportShare >= 0 && requireSupportShare <= 1))
      throw new RangeError(`A share of support lies between 0 and 1, not at ${requireSupportShare}.`);
    this.builder = new BlockBuilder(request.kinds, roomOf(request));
    this.model = modelOf(request, this.builder.blocks());
    this.best = LoadState.empty(this.model);
    this.best.complete();
  }

  /** Ends early when the container holds everything or a wider beam has nothing left to try. */
  run(): LoadState {
    let tried = 0;
    for (let width = 1; !this.budget.exhausted() && !this.isFull(); width = Math.ceil(width * Math.SQRT2)) {
      if (!this.buildFor(width)) break;
      const before = this.budget.iterations;
      const nothingLeftOut = this.search(width);
      const triedAll = nothingLeftOut && this.budget.iterations - before === tried;
      if (triedAll && this.hasLastBlocks(width)) break;
      tried = this.budget.iterations - before;
    }
    return this.best;
  }

  /** Builds the blocks for a beam of this width. `false` when the budget ends before all are built. */
  private buildFor(width: number): boolean {
    const stage = STAGES.find(({ fromWidth }) => fromWidth === width);
    if (!stage || this.builder.isComplete()) return true;
    if (!this.builder.grow(stage, () => this.budget.exhausted())) return false;
    this.model = modelOf(this.request, this.builder.blocks());
    return true;
  }

  private hasLastBlocks(width: number): boolean {
    return this.builder.isComplete() || STAGES.every(({ fromWidth }) => width >= fromWidth);
  }

  private isFull(): boolean {
    return this.best.left.every((count) => count === 0);
  }

  /** `true` when the beam never was full, so that nothing was left out. */
  private search(width: number): boolean {
    let beam = [LoadState.empty(this.model)];
    let nothingLeftOut = true;
    while (beam.length > 0) {
      const children: { state: LoadState; reached: number }[] = [];
      for (const state of beam) {
        for (const candidate of state.candidates(width)) {
          if (this.budget.spent()) return false;
          const child = state.copy();
          child.place(candidate);
          children.push({ state: child, reached: this.judge(child) });
        }
      }
      children.sort((one, two) => two.reached - one.reached);
      beam = distinct(children, width);
      if (beam.length === width) nothingLeftOut = false;
    }
    return nothingLeftOut;
  }

  /** What a state is worth: the volume reached by loading it greedily to the end. */
  private judge(state: LoadState): number {
    const completed = state.copy();
    completed.complete();
    if (completed.volume > this.best.volume) this.best = completed;
    return completed.volume;
  }
}

/** States that end alike are mostly the same loading built in another sequence. */
function distinct(children: { state: LoadState; reached: number }[], width: number): LoadState[] {
  const beam: LoadState[] = [];
  let last = Number.NaN;
  let lastVolume = Number.NaN;
  for (const { state, reached } of children) {
    if (beam.length === width) break;
    if (reached === last && state.volume === lastVolume) continue;
    last = reached;
    lastVolume = state.volume;
    beam.push(state);
  }
  return beam;
}
