/** One column per row at the least total cost. */
export interface AssignmentSolution {
  /** Column of each row; -1 where there were more rows than columns and the row is left over. */
  columnOfRow: number[];
  totalCost: number;
}

/**
 * The linear assignment problem, solved exactly by shortest augmenting paths (Kuhn 1955, Jonker and Volgenant 1987):
 * O(rows^2 x columns), 1,000 x 1,000 in a few tenths of a second. Rectangular matrices are allowed; costs must be finite.
 * Use a large number for a forbidden pair and look at the answer.
 * @throws RangeError for ragged rows or a cost that is not finite.
 */
export function solveAssignment(costs: readonly ArrayLike<number>[]): AssignmentSolution {
  const rows = costs.length;
  const columns = rows === 0 ? 0 : costs[0]!.length;
  const flat = flatten(costs, columns);
  if (rows === 0 || columns === 0) return { columnOfRow: new Array<number>(rows).fill(-1), totalCost: 0 };
  const wide = rows <= columns;
  const assigned = wide
    ? solveWide(flat, rows, columns)
    : solveWide(transpose(flat, rows, columns), columns, rows);
  const columnOfRow = wide ? Array.from(assigned) : invert(assigned, rows);
  let totalCost = 0;
  columnOfRow.forEach((column, row) => {
    if (column >= 0) totalCost += flat[row * columns + column]!;
  });
  return { columnOfRow, totalCost };
}

function flatten(costs: readonly ArrayLike<number>[], columns: number): Float64Array {
  const flat = new Float64Array(costs.length * columns);
  costs.forEach((row, index) => {
    if (row.length !== columns)
      throw new RangeError(`Row ${index} has ${row.length} costs instead of ${columns}.`);
    flat.set(row, index * columns);
  });
  for (let at = 0; at < flat.length; at++) {
    if (!Number.isFinite(flat[at]!))
      throw new RangeError(`Cost ${at % columns} of row ${Math.floor(at / columns)} is not finite.`);
  }
  return flat;
}

function transpose(flat: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(flat.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = flat[row * columns + column]!;
  }
  return turned;
}

function invert(rowOfColumn: Int32Array, rows: number): number[] {
  const columnOfRow = new Array<number>(rows).fill(-1);
  rowOfColumn.forEach((row, column) => {
    columnOfRow[row] = column;
  });
  return columnOfRow;
}

/** With fewer rows served than this share the rows compete for the same columns. */
const FEW_TAKEN = 0.3;
/** The auction is given up after so many bids; it only prepares. */
const BIDS_PER_ROW = 80;

/** Needs rows <= columns; answers the column of each row. */
function solveWide(costs: Float64Array, rows: number, columns: number): Int32Array {
  const state: DualState = {
    columns,
    costs,
    rowPotential: new Float64Array(rows),
    columnPotential: new Float64Array(columns),
    rowOfColumn: new Int32Array(columns).fill(-1),
    columnOfRow: new Int32Array(rows).fill(-1),
    distance: new Float64Array(columns),
    cameFromRow: new Int32Array(columns),
    done: new Uint8Array(columns),
  };
  if (rows === columns) reduceColumns(state, rows);
  const taken = takeFreeMinima(state, rows);
  if (rows === columns && taken < rows * FEW_TAKEN) {
    auctionPrices(state, rows);
    state.rowOfColumn.fill(-1);
    state.columnOfRow.fill(-1);
    takeFreeMinima(state, rows);
  }
  for (let row = 0; row < rows; row++) {
    if (state.columnOfRow[row] === -1) augmentFrom(state, row);
  }
  return state.columnOfRow;
}

interface DualState {
  columns: number;
  costs: Float64Array;
  rowPotential: Float64Array;
  columnPotential: Float64Array;
  rowOfColumn: Int32Array;
  columnOfRow: Int32Array;
  distance: Float64Array;
  cameFromRow: Int32Array;
  done: Uint8Array;
}

/** A column's smallest cost is a valid potential only when every column will be used. */
function reduceColumns(state: DualState, rows: number): void {
  const { costs, columns, columnPotential } = state;
  columnPotential.set(costs.subarray(0, columns));
  for (let row = 1; row < rows; row++) {
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      if (costs[at]! < columnPotential[column]!) columnPotential[column] = costs[at]!;
    }
  }
}

/**
 * Gives each row its cheapest column where that is still free: most rows need no augmenting path afterwards.
 * @returns how many rows got one
 */
function takeFreeMinima(state: DualState, rows: number): number {
  const { costs, columns, columnPotential, rowPotential, rowOfColumn, columnOfRow } = state;
  let taken = 0;
  for (let row = 0; row < rows; row++) {
    let best = Number.POSITIVE_INFINITY;
    let bestColumn = -1;
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      const reduced = costs[at]! - columnPotential[column]!;
      if (
        reduced < best ||
        (reduced === best && rowOfColumn[bestColumn] !== -1 && rowOfColumn[column] === -1)
      ) {
        best = reduced;
        bestColumn = column;
      }
    }
    rowPotential[row] = best;
    if (rowOfColumn[bestColumn] === -1) {
      rowOfColumn[bestColumn] = row;
      columnOfRow[row] = bestColumn;
      taken++;
    }
  }
  return taken;
}

/**
 * Column potentials by an auction with shrinking steps (Bertsekas 1988), for matrices whose rows all want the same columns: there,
 * augmenting from bare column minima walks through nearly all rows for each of them. Any column potentials are valid in a square
 * matrix, so the auction may end anywhere; the paths that follow make the answer exact.
 */
function auctionPrices(state: DualState, rows: number): void {
  const { columnPotential, rowOfColumn } = state;
  let range = 0;
  for (let row = 0; row < rows; row++) range = Math.max(range, spreadOfRow(state, row));
  let bids = BIDS_PER_ROW * rows;
  for (let step = range / 8; step > range / (8 * rows) && bids > 0; step /= 5) {
    rowOfColumn.fill(-1);
    const waiting = Array.from({ length: rows }, (_, row) => row);
    for (; waiting.length > 0 && bids > 0; bids--) {
      const row = waiting.pop()!;
      const { column, margin } = bestBid(state, row);
      const outbid = rowOfColumn[column]!;
      columnPotential[column]! -= margin + step;
      rowOfColumn[column] = row;
      if (outbid !== -1) waiting.push(outbid);
    }
  }
}

function spreadOfRow({ costs, columns }: DualState, row: number): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = row * columns; at < (row + 1) * columns; at++) {
    least = Math.min(least, costs[at]!);
    most = Math.max(most, costs[at]!);
  }
  return most - least;
}

/** The cheapest column for the row at the present prices, and by how much it beats the second. */
function bestBid(
  { costs, columns, columnPotential }: DualState,
  row: number,
): { column: number; margin: number } {
  let best = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  let column = 0;
  for (let other = 0, at = row * columns; other < columns; other++, at++) {
    const reduced = costs[at]! - columnPotential[other]!;
    if (reduced >= second) continue;
    if (reduced < best) {
      second = best;
      best = reduced;
      column = other;
    } else second = reduced;
  }
  return { column, margin: Number.isFinite(second) ? second - best : 0 };
}

/** Dijkstra over reduced costs from one free row to the nearest free column, then flips the path. */
function augmentFrom(state: DualState, freeRow: number): void {
  const {
    columns,
    costs,
    rowPotential,
    columnPotential,
    rowOfColumn,
    columnOfRow,
    distance,
    cameFromRow,
    done,
  } = state;
  distance.fill(Number.POSITIVE_INFINITY);
  done.fill(0);
  let row = freeRow;
  let reached = 0;
  let sink = -1;
  while (sink === -1) {
    let nearest = Number.POSITIVE_INFINITY;
    let nearestColumn = -1;
    const offset = reached - rowPotential[row]!;
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      if (done[column] === 1) continue;
      const through = costs[at]! - columnPotential[column]! + offset;
      let known = distance[column]!;
      if (through < known) {
        known = through;
        distance[column] = through;
        cameFromRow[column] = row;
      }
      if (known < nearest || (known === nearest && rowOfColumn[column] === -1)) {
        nearest = known;
        nearestColumn = column;
      }
    }
    reached = nearest;
    done[nearestColumn] = 1;
    if (rowOfColumn[nearestColumn] === -1) sink = nearestColumn;
    else row = rowOfColumn[nearestColumn]!;
  }
  raisePotentials(state, freeRow, reached);
  for (let column = sink; ; ) {
    const from = cameFromRow[column]!;
    const next = columnOfRow[from]!;
    rowOfColumn[column] = from;
    columnOfRow[from] = column;
    if (from === freeRow) break;
    column = next;
  }
}

function raisePotentials(state: DualState, freeRow: number, reached: number): void {
  const { columns, rowPotential, columnPotential, rowOfColumn, distance, done } = state;
  rowPotential[freeRow]! += reached;
  for (let column = 0; column < columns; column++) {
    if (done[column] === 0 || distance[column]! >= reached) continue;
    const slack = reached - distance[column]!;
    columnPotential[column]! -= slack;
    if (rowOfColumn[column]! >= 0) rowPotential[rowOfColumn[column]!]! += slack;
  }
}
