import type { LinearModel, ModelColumn, SolveLimits, SolveModel } from '../search/linear-model.js';
import type { WaveChoice, WaveModel } from './wave-model.js';

/** The part of a wave problem that a model decides on. */
export interface WaveScope {
  /** Aisles that the model may take or leave. */
  freeAisles: number[];
  /** Aisles that stay in. */
  keptAisles: number[];
  /** Orders that the model may take or leave; all others stay out. */
  orders: number[];
}

export interface ExactAnswer {
  /** The best wave for the density asked, if the solver found one. */
  choice: WaveChoice | null;
  /** No wave within the scope is denser. */
  proven: boolean;
  /** The solver came to its end before its limits. */
  solved: boolean;
}

/**
 * One step of Dinkelbach's method (1967) by mixed-integer programming: the wave that maximises units - density * aisles.
 */
export function solveScope(
  model: WaveModel,
  scope: WaveScope,
  density: number,
  solver: { solve: SolveModel; limits: SolveLimits; start: WaveChoice | null },
): ExactAnswer {
  const program = programOf(model, scope, density);
  if (solver.start) program.start = startVector(scope, solver.start);
  const answer = solver.solve(program, solver.limits);
  const proven = answer.bound <= density * scope.keptAisles.length + 1e-6;
  const solved = answer.status === 'optimal';
  if (answer.status === 'none') return { choice: null, proven: false, solved };
  const isOn = (column: number) => answer.values[column]! > 0.5;
  const orders = scope.orders.filter((_, column) => isOn(column));
  const aisles = scope.freeAisles.filter((_, at) => isOn(scope.orders.length + at));
  const units = orders.reduce((sum, order) => sum + model.orderUnits[order]!, 0);
  return { choice: { orders, aisles: [...scope.keptAisles, ...aisles], units }, proven, solved };
}

/** Orders that the stock of these aisles could serve, each taken alone. */
export function servableOrders(model: WaveModel, aisles: Iterable<number>): number[] {
  const stock = new Int32Array(model.itemCount);
  for (const aisle of aisles) {
    for (let at = model.aisles.from[aisle]!; at < model.aisles.from[aisle + 1]!; at++) {
      stock[model.aisles.item[at]!]! += model.aisles.quantity[at]!;
    }
  }
  const servable: number[] = [];
  for (let order = 0; order < model.orders.count; order++) {
    let fits = true;
    for (let at = model.orders.from[order]!; fits && at < model.orders.from[order + 1]!; at++) {
      fits = stock[model.orders.item[at]!]! >= model.orders.quantity[at]!;
    }
    if (fits) servable.push(order);
  }
  return servable;
}

function startVector(scope: WaveScope, start: WaveChoice): Float64Array {
  const orders = new Set(start.orders);
  const aisles = new Set(start.aisles);
  return Float64Array.from([
    ...scope.orders.map((order) => Number(orders.has(order))),
    ...scope.freeAisles.map((aisle) => Number(aisles.has(aisle))),
  ]);
}

function programOf(model: WaveModel, scope: WaveScope, density: number): LinearModel {
  const rowOfItem = new Map<number, number>();
  const demand = new Map<number, number>();
  eachPair(model.orders, scope.orders, (item, quantity) => {
    if (!rowOfItem.has(item)) rowOfItem.set(item, rowOfItem.size + 1);
    demand.set(item, (demand.get(item) ?? 0) + quantity);
  });
  const rowLower = new Array<number>(rowOfItem.size + 1).fill(Number.NEGATIVE_INFINITY);
  const rowUpper = new Array<number>(rowOfItem.size + 1).fill(0);
  rowLower[0] = model.minUnits;
  rowUpper[0] = model.maxUnits;
  eachPair(model.aisles, scope.keptAisles, (item, quantity) => {
    const row = rowOfItem.get(item);
    if (row !== undefined) rowUpper[row]! += quantity;
  });
  const orderColumns = scope.orders.map((order) =>
    binary(model.orderUnits[order]!, [0], [model.orderUnits[order]!]),
  );
  scope.orders.forEach((order, column) => {
    eachPair(model.orders, [order], (item, quantity) =>
      append(orderColumns[column]!, rowOfItem.get(item)!, quantity),
    );
  });
  const aisleColumns = scope.freeAisles.map((aisle) => {
    const column = binary(-density, [], []);
    eachPair(model.aisles, [aisle], (item, quantity) => {
      const row = rowOfItem.get(item);
      // More stock than all orders together want would only weaken the relaxation.
      if (row !== undefined) append(column, row, -Math.min(quantity, demand.get(item)!));
    });
    return column;
  });
  const program = { sense: 'max' as const, columns: [...orderColumns, ...aisleColumns], rowLower, rowUpper };
  linkOrdersToAisles(model, scope, program);
  return program;
}

/**
 * An order needs at least one aisle of each of its items: implied, but it tightens the relaxation much. Only for items
 * that no kept aisle holds.
 */
function linkOrdersToAisles(model: WaveModel, scope: WaveScope, program: LinearModel): void {
  const kept = new Set<number>();
  eachPair(model.aisles, scope.keptAisles, (item) => kept.add(item));
  const holders = new Map<number, { column: number; quantity: number }[]>();
  scope.freeAisles.forEach((aisle, at) => {
    eachPair(model.aisles, [aisle], (item, quantity) => {
      const known = holders.get(item) ?? [];
      known.push({ column: scope.orders.length + at, quantity });
      holders.set(item, known);
    });
  });
  scope.orders.forEach((order, column) => {
    eachPair(model.orders, [order], (item, quantity) => {
      if (kept.has(item)) return;
      const row = program.rowLower.length;
      program.rowLower.push(Number.NEGATIVE_INFINITY);
      program.rowUpper.push(0);
      append(program.columns[column]!, row, 1);
      for (const holder of holders.get(item) ?? []) {
        append(program.columns[holder.column]!, row, -Math.min(1, holder.quantity / quantity));
      }
    });
  });
}

function binary(cost: number, rows: number[], values: number[]): ModelColumn {
  return { cost, lower: 0, upper: 1, integer: true, rows, values };
}

function append(column: ModelColumn, row: number, value: number): void {
  (column.rows as number[]).push(row);
  (column.values as number[]).push(value);
}

function eachPair(
  rows: WaveModel['orders'],
  of: number[],
  see: (item: number, quantity: number) => void,
): void {
  for (const row of of) {
    for (let at = rows.from[row]!; at < rows.from[row + 1]!; at++) see(rows.item[at]!, rows.quantity[at]!);
  }
}
