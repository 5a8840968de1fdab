export { type AimMeaning, aimMeaning, type Symbology } from './aim.js';
export { gmnCheckPair, hasIbanCheck, hasMod10, mod10CheckDigit, s10CheckDigit } from './check-digits.js';
export { BarcodeError, type BarcodeFault, type BarcodeFaultCode } from './fault.js';
export {
  type ApplicationIdentifier,
  applicationIdentifier,
  applicationIdentifiers,
} from './gs1/ai-dictionary.js';
export { associationFaults } from './gs1/associations.js';
export {
  buildDigitalLink,
  type DigitalLink,
  type DigitalLinkOutcome,
  parseDigitalLink,
} from './gs1/digital-link.js';
export {
  buildElementString,
  type ElementsOutcome,
  GS,
  type Gs1Element,
  type Gs1Pair,
  parseElementString,
} from './gs1/element-string.js';
export {
  expandUpcE,
  type GtinFormat,
  gtinFormat,
  isGtin,
  normaliseGtin,
  withGtinCheckDigit,
} from './gtin.js';
export {
  COMMANDS,
  type Command,
  cartPlate,
  containerPlate,
  decodeHouseCode,
  encodeHouseCode,
  type HouseCode,
  type HouseKind,
  isCommand,
} from './house-codes.js';
export { type IdentifiedScan, identifyScan, PRINT_NONCE_AI, type ScanKind } from './identify-scan.js';
export { parseScan, type ScanOptions, type ScanResult } from './parse-scan.js';
export { buildS10, isS10, parseS10, type S10Parts } from './s10.js';
export { SCAN_BYTES_MAX } from './scan-text.js';
export { buildSscc, isSscc, requireSscc, type SsccParts, splitSscc, ssccSerialCapacity } from './sscc.js';
