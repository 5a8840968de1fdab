export {
  type BarcodeElement,
  type BoxElement,
  type LabelDocument,
  type LabelElement,
  LabelError,
  type LineElement,
  type TextElement,
} from './label.js';
export {
  type CarrierLabel,
  carrierLabel,
  type LabelAddress,
  renderCarrierLabel,
} from './templates/carrier-label.js';
export { type Dpi, renderZpl, type ZplOptions } from './zpl.js';
export { zplField } from './zpl-field.js';
