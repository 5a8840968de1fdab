import type { Highs, ModelData } from 'highs';
import type { LinearModel, ModelAnswer, SolveModel } from './linear-model.js';

const PRIMAL_FEASIBLE = 2;

/**
 * Lends a loaded HiGHS to the searches: `solverOver(await loadHighs())`, loaded by the caller, so that this library reads
 * no files. A solve blocks its thread up to its limits.
 */
export function solverOver(highs: Highs): SolveModel {
  return (linear, { timeLimitMs, maxNodes }) => {
    const model = highs.createModel(modelData(highs, linear));
    try {
      model.options.set({
        output_flag: false,
        ...(timeLimitMs !== undefined && { time_limit: Math.max(0.01, timeLimitMs / 1000) }),
        ...(maxNodes !== undefined && { mip_max_nodes: maxNodes }),
      });
      if (linear.start) model.setSolution({ colValue: Float64Array.from(linear.start) });
      model.run();
      return answerOf(highs, model, linear);
    } finally {
      model.dispose();
    }
  };
}

function answerOf(highs: Highs, model: ReturnType<Highs['createModel']>, linear: LinearModel): ModelAnswer {
  const { colValue, rowDual } = model.getSolution();
  const optimal = model.getModelStatus() === highs.constants.modelStatus.optimal;
  const feasible = optimal || Number(model.info.get('primal_solution_status')) === PRIMAL_FEASIBLE;
  const objective = Number(model.info.get('objective_function_value'));
  const isInteger = linear.columns.some((column) => column.integer);
  return {
    status: optimal ? 'optimal' : feasible ? 'feasible' : 'none',
    values: colValue,
    objective,
    bound: isInteger ? Number(model.info.get('mip_dual_bound')) : objective,
    rowDuals: rowDual,
  };
}

function modelData(highs: Highs, { sense, columns, rowLower, rowUpper }: LinearModel): ModelData {
  const starts = new Int32Array(columns.length + 1);
  columns.forEach((column, at) => {
    starts[at + 1] = starts[at]! + column.rows.length;
  });
  const indices = new Int32Array(starts[columns.length]!);
  const values = new Float64Array(indices.length);
  columns.forEach((column, at) => {
    indices.set(column.rows, starts[at]!);
    values.set(column.values, starts[at]!);
  });
  const { objectiveSense, variableType } = highs.constants;
  return {
    numCols: columns.length,
    numRows: rowLower.length,
    sense: sense === 'min' ? objectiveSense.minimize : objectiveSense.maximize,
    colCost: columns.map((column) => column.cost),
    colLower: columns.map((column) => column.lower),
    colUpper: columns.map((column) => column.upper),
    rowLower,
    rowUpper,
    matrix: { format: 'csc', numRows: rowLower.length, numCols: columns.length, starts, indices, values },
    integrality: columns.map((column) => (column.integer ? variableType.integer : variableType.continuous)),
  };
}
