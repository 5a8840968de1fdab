import type { SizeMm } from '../cartons/box.js';
import { SearchBudget, type SearchLimits } from '../search/search-limits.js';
import { buildBlocks } from './load-blocks.js';
import { boxesOf, orientationsFor, supportedShare } from './load-boxes.js';
import type { BoxKind, PlacedBox } from './load-parts.js';
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

const BLOCK_LIMIT = 10_000;
/** Share of the time that may go into building blocks. */
const BUILD_SHARE = 0.25;

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
  const model = modelOf(request, budget);
  const search = new BeamSearch(model, budget);
  const best = search.run();
  const boxes = best.placed.flatMap(({ block, x, y, z }) => boxesOf(model.blocks.parts[block]!, x, y, z));
  const { dx, dy, dz } = model.room;
  return {
    boxes,
    fillRatio: best.volume / (dx * dy * dz),
    supportedShare: supportedShare(boxes),
    leftCounts: Array.from(best.left),
    iterations: budget.iterations,
  };
}

function modelOf(request: LoadRequest, budget: SearchBudget): LoadModel {
  const { container, kinds, requireSupportShare = 0 } = request;
  if (!(requireSupportShare >= 0 && requireSupportShare <= 1))
    throw new RangeError(`A share of support lies between 0 and 1, not at ${requireSupportShare}.`);
  const room = { dx: container.lengthMm, dy: container.widthMm, dz: container.heightMm };
  const turns = kinds.map(orientationsFor);
  const sideOf = (pick: (turn: { dx: number; dy: number; dz: number }) => number) =>
    turns.map((ofKind) => Int32Array.from(new Set(ofKind.map(pick))));
  const allSides = turns.flat().flatMap((turn) => [turn.dx, turn.dy, turn.dz]);
  const blocks = buildBlocks(kinds, room, BLOCK_LIMIT, () => budget.timeShare() > BUILD_SHARE);
  return {
    room,
    blocks,
    support: requireSupportShare > 0 ? new SupportRule(blocks, requireSupportShare) : null,
    counts: Int32Array.from(kinds, (kind) => kind.count),
    weights: { contact: 4, waste: 1, boxes: 0.2 },
    leastSide: allSides.reduce((one, two) => Math.min(one, two), Number.MAX_SAFE_INTEGER),
    sides: [sideOf((turn) => turn.dx), sideOf((turn) => turn.dy), sideOf((turn) => turn.dz)],
  };
}

class BeamSearch {
  private best: LoadState;

  constructor(
    private readonly model: LoadModel,
    private readonly budget: SearchBudget,
  ) {
    this.best = LoadState.empty(model);
    this.best.complete();
  }

  /** Ends early when the container holds everything or a wider beam has nothing left to try. */
  run(): LoadState {
    let tried = 0;
    for (let width = 1; !this.budget.exhausted() && !this.isFull(); width = Math.ceil(width * Math.SQRT2)) {
      const before = this.budget.iterations;
      const nothingLeftOut = this.search(width);
      if (nothingLeftOut && this.budget.iterations - before === tried) break;
      tried = this.budget.iterations - before;
    }
    return this.best;
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
