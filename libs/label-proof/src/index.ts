export { type LabelSymbol, type ReadLabelOptions, readLabel, renderLabelPng } from './read-label.js';
