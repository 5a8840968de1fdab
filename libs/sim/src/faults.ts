/** How often things go wrong on the simulated floor; all zero without `--faults`. */
export interface FaultRates {
  /** A person scans the wrong thing first. */
  wrongScan: number;
  /** The shelf holds less than the book. */
  short: number;
  /** The scan point reads nothing. */
  noRead: number;
  /** A parcel whose code the core has never seen rides along. */
  stranger: number;
  /** A lane reports full for a while, per parcel. */
  laneFull: number;
  laneJam: number;
  /** The printer runs out of labels before a print. */
  mediaOut: number;
  /** The printer resets in the middle of a label. */
  printerReset: number;
  /** Somebody leans on the scale. */
  badWeight: number;
  /** One trigger arrives by serial line and keyboard. */
  doubleChannel: number;
  /** The PLC diverts into another lane than told. */
  misroute: number;
}

export const NO_FAULTS: FaultRates = {
  wrongScan: 0,
  short: 0,
  noRead: 0,
  stranger: 0,
  laneFull: 0,
  laneJam: 0,
  mediaOut: 0,
  printerReset: 0,
  badWeight: 0,
  doubleChannel: 0,
  misroute: 0,
};

export const ROUGH_DAY: FaultRates = {
  wrongScan: 0.04,
  short: 0.015,
  noRead: 0.03,
  stranger: 0.01,
  laneFull: 0.02,
  laneJam: 0.004,
  mediaOut: 0.015,
  printerReset: 0.01,
  badWeight: 0.02,
  doubleChannel: 0.05,
  misroute: 0.005,
};
