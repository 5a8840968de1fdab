import { checkWeight } from './weigh-check.js';

export type PaperState = 'queued' | 'sent' | 'printed' | 'failed' | 'unknown';

/** A label that was made while the tote waited. */
export interface PlannedPaper {
  weightGrams: number;
  carrierCode: string;
  service: string;
  printState: PaperState;
}

/** The parcel that is being closed. */
export interface ClosedParcel {
  numberInOrder: number;
  carrierCode: string;
  service: string;
  weightGrams: number;
  units: number;
  /** Units that its tote still holds. */
  leftInTote: number;
}

/** True where paper came out or may have: it can't be changed any more, only taken as it is or torn up. */
export function mayBeOut(printState: PaperState): boolean {
  return printState === 'sent' || printState === 'printed' || printState === 'unknown';
}

/**
 * Why a parcel can't have the label that was planned for its tote, or null when it can. Paper says one parcel of one and a weight;
 * what is not printed yet is rendered anew, so that only its numbers count.
 */
export function whyNotAdopted(paper: PlannedPaper, parcel: ClosedParcel): string | null {
  if (parcel.leftInTote > 0 || parcel.numberInOrder !== 1) return 'its goods became several parcels';
  if (paper.carrierCode !== parcel.carrierCode || paper.service !== parcel.service) {
    return `the parcel goes by ${parcel.carrierCode} ${parcel.service}`;
  }
  if (!mayBeOut(paper.printState)) return null;
  return checkWeight(paper.weightGrams, parcel.weightGrams, parcel.units).ok
    ? null
    : `the parcel weighs ${parcel.weightGrams} g and its paper says ${paper.weightGrams} g`;
}

const NEXT: Readonly<Record<PaperState, readonly PaperState[]>> = {
  queued: ['sent', 'printed', 'failed', 'unknown'],
  // The agent tries again what certainly was not printed.
  failed: ['sent', 'printed', 'unknown'],
  sent: ['printed', 'failed', 'unknown'],
  unknown: ['printed', 'failed'],
  printed: [],
};

/** True when the printer's word is news. */
export function isNews(from: PaperState, to: PaperState): boolean {
  return NEXT[from].includes(to);
}
