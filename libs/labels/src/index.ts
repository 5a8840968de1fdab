export {
  type BarcodeElement,
  type BoxElement,
  type LabelDocument,
  type LabelElement,
  LabelError,
  type LinearElement,
  type LineElement,
  type MatrixElement,
  type TextElement,
} from './label.js';
export { type DrawSymbol, renderSvg, type SymbolRequest } from './preview.js';
export {
  type CarrierLabel,
  carrierLabel,
  type LabelAddress,
  renderCarrierLabel,
} from './templates/carrier-label.js';
export {
  type BadgeLabel,
  badgeLabel,
  type CommandLabel,
  commandLabel,
  type ItemLabel,
  itemLabel,
  type LocationLabel,
  locationLabel,
  type PlateLabel,
  plateLabel,
} from './templates/house-labels.js';
export { renderTspl, type TsplOptions } from './tspl.js';
export { tsplString } from './tspl-field.js';
export { type Dpi, dotsPerMm, renderZpl, type ZplOptions } from './zpl.js';
export { zplField } from './zpl-field.js';
