/**
 * Texts of tower and console. A sentence is its own key and its English text; the names of states, steps, remedies and
 * reasons are keyed `<kind> <name>`, and where no text is given the name itself is shown.
 */
const en: Record<string, string> = {
  'stage waiting': 'Waiting',
  'stage released': 'Released',
  'stage picking': 'Picking',
  'stage picked': 'Picked',
  'stage packing': 'Packing',
  'stage packed': 'Packed',
  'stage staged': 'Staged',
  'stage shipped': 'Shipped',
  'because no-read': 'no read',
  'because unknown': 'unknown code',
  'because laps-spent': 'went round too often',
};

export const towerTexts = { en, ms: {}, zh: {} };
