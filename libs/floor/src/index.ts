/**
 * What a scan means at this step of a person's work: the same rules on the handheld, in the core and for simulated
 * people. Pure and safe in a browser.
 */

export { type HeardScan, isEcho } from './echo.js';
export {
  currentTask,
  declareShort,
  type PickNeed,
  type PickState,
  type PickStep,
  pickNeed,
  pickStep,
  refreshPick,
  startPick,
} from './pick-step.js';
export {
  checkContainerScan,
  checkItemScans,
  checkLocationScan,
  checkStationScan,
  type ItemCount,
  nameOfScan,
  readItemScan,
  type ScannableItem,
  sameBarcode,
  type WrongCode,
  type WrongScan,
} from './scan-checks.js';
