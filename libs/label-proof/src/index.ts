export { type LabelSymbol, type ReadLabelOptions, readLabel, renderLabelPng } from './read-label.js';
export { type PictureSymbol, readPicture } from './read-picture.js';
