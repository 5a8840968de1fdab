/** A linear or mixed-integer model, column by column, as a solver takes it. */
export interface LinearModel {
  sense: 'min' | 'max';
  columns: ModelColumn[];
  /** Bounds of each row's activity; use infinities for one-sided rows. */
  rowLower: number[];
  rowUpper: number[];
  /** A known solution to begin from. */
  start?: ArrayLike<number>;
}

export interface ModelColumn {
  cost: number;
  lower: number;
  upper: number;
  integer: boolean;
  /** Rows in which the column appears, each at most once, and its coefficients there. */
  rows: ArrayLike<number>;
  values: ArrayLike<number>;
}

export interface ModelAnswer {
  /** `feasible`: a limit was reached with a solution in hand; `none`: without one, or the model has none. */
  status: 'optimal' | 'feasible' | 'none';
  values: Float64Array;
  objective: number;
  /** Proven bound on the objective of a mixed-integer model; the objective itself for a linear one. */
  bound: number;
  /** Dual value of each row of a linear model. */
  rowDuals: Float64Array;
}

/** When a solve ends at the latest; what is left out is unlimited. */
export interface SolveLimits {
  timeLimitMs?: number;
  /** Nodes of the search tree: a limit that ends two solves of one model alike, however fast the machine. */
  maxNodes?: number;
}

/** A solver lent to the searches; without one they do without. */
export type SolveModel = (model: LinearModel, limits: SolveLimits) => ModelAnswer;
