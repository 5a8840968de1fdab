import { type Command, identifyScan } from '#lib/barcodes';
import type { ConfirmPut, PutInstruction, PutWallView } from '#lib/contracts';
import { checkContainerScan, nameOfScan, sameBarcode, type WrongScan } from '#lib/floor';

/** How far a person has come at a put wall. */
export interface WallState {
  wall: PutWallView;
  /** The tote that is being sorted; empty until one is scanned. */
  toteScan: string;
  /** The item in the hand and where it goes; null until one is scanned. */
  hand: { itemScan: string; instruction: PutInstruction } | null;
}

export type WallStep =
  | { kind: 'good'; state: WallState }
  /** Which slot this item goes to only the core knows: ask it. */
  | { kind: 'sort'; containerScan: string; itemScan: string }
  | { kind: 'wrong'; wrong: WrongScan }
  | { kind: 'put'; instruction: PutInstruction; confirmation: Omit<ConfirmPut, 'eventId'>; state: WallState }
  | { kind: 'command'; command: Command };

/** What this scan means now. */
export function wallStep(state: WallState, raw: string): WallStep {
  const scan = identifyScan(raw);
  if (scan.kind === 'command') return { kind: 'command', command: scan.value };
  const { hand, toteScan } = state;
  if (hand) {
    const { slot } = hand.instruction;
    if (!isSlot(slot, raw)) {
      return { kind: 'wrong', wrong: { code: 'wrong-location', needed: slot, got: nameOfScan(scan) } };
    }
    return {
      kind: 'put',
      instruction: hand.instruction,
      confirmation: { containerScan: toteScan, itemScan: hand.itemScan, slotScan: raw },
      state: { ...state, hand: null, wall: withPut(state.wall, hand.instruction) },
    };
  }
  if (scan.kind === 'container' && !state.wall.slots.some(({ code }) => isSlot(code, raw))) {
    return { kind: 'good', state: { ...state, toteScan: raw } };
  }
  if (toteScan === '') {
    const needed = state.wall.totes[0]?.lpn ?? 'T-';
    const wrong = checkContainerScan(null, raw) ?? { code: 'wrong-tote' as const, got: nameOfScan(scan) };
    return { kind: 'wrong', wrong: { ...wrong, needed } };
  }
  return { kind: 'sort', containerScan: toteScan, itemScan: raw };
}

/** The core's newer view of the wall; what is in the hand stays there. */
export function takeWall(state: WallState | null, wall: PutWallView): WallState {
  return state ? { ...state, wall } : { wall, toteScan: '', hand: null };
}

/** The wall as it is once the core has taken this put. */
function withPut(wall: PutWallView, put: PutInstruction): PutWallView {
  const slots = wall.slots.map((slot) =>
    slot.code === put.slot
      ? {
          ...slot,
          put: slot.put + put.quantity,
          state: put.completes ? ('complete' as const) : ('filling' as const),
        }
      : slot,
  );
  return { ...wall, slots };
}

function isSlot(code: string, raw: string): boolean {
  const { value, data } = identifyScan(raw);
  return sameBarcode(code, value) || sameBarcode(code, data);
}
