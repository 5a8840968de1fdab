/** `GET /api/v1/waves/slotting?days=14&moves=50`: which goods should change places so that pickers walk less. */
export interface SlottingView {
  /** Picks of this many days are the measure, and a move must pay for itself within as many. */
  days: number;
  /** Metres of walk that moving one item is reckoned as. */
  moveCostMetres: number;
  /** Goods looked at: those that lie alone in a pick face. */
  items: number;
  savedMetresPerDay: number;
  /** Moves that belong together, in the order to carry them out; most walk saved first. */
  chains: SlottingChainView[];
}

export interface SlottingChainView {
  savedMetresPerDay: number;
  /** The first goes into an empty place; in a circle the first one's goods wait on a pallet meanwhile. */
  circle: boolean;
  moves: SlottingMoveView[];
}

export interface SlottingMoveView {
  merchantCode: string;
  sku: string;
  name: string;
  from: string;
  to: string;
  picksPerDay: number;
  /** Below zero for goods that make room for busier ones. */
  savedMetresPerDay: number;
}
