import { type Command, identifyScan } from '#lib/barcodes';
import type { ConfirmPut, PutInstruction, PutWallSlotView, PutWallView } from '#lib/contracts';
import { checkContainerScan, nameOfScan, sameBarcode, type WrongScan } from '#lib/floor';

/** How far a person has come at a put wall. */
export interface WallState {
  wall: PutWallView;
  /** The tote that is being sorted; empty until one is scanned. */
  toteScan: string;
  /** The item in the hand and where it goes; null until one is scanned. */
  hand: { itemScan: string; instruction: PutInstruction } | null;
  /** What this person put last, as long as it can be undone. */
  last: LastPut | null;
}

export interface LastPut {
  eventId: string;
  /** What went where, for people. */
  put: string;
  toteScan: string;
  instruction: PutInstruction;
}

/** `wrong-slot`: another slot of this wall, by where it is. `in-hand`: something else while an item waits for its slot. */
export type WallWrong =
  | WrongScan
  | { code: 'wrong-slot'; needed: Place; got: Place }
  | { code: 'in-hand'; slot: string; sku: string };

/** Where a slot is, counted from the top left. */
export interface Place {
  row: number;
  column: number;
}

export type WallStep =
  /** A tote that is known to have been handed over here. */
  | { kind: 'good'; state: WallState }
  /** Any other tote: it may have come since the wall was last looked at. */
  | { kind: 'tote'; raw: string; lpn: string }
  /** Which slot this item goes to only the core knows: ask it. */
  | { kind: 'sort'; containerScan: string; itemScan: string }
  | { kind: 'wrong'; wrong: WallWrong }
  | { kind: 'put'; instruction: PutInstruction; confirmation: Omit<ConfirmPut, 'eventId'>; state: WallState }
  | { kind: 'command'; command: Command };

/** What this scan means now. */
export function wallStep(state: WallState, raw: string): WallStep {
  const scan = identifyScan(raw);
  if (scan.kind === 'command') return { kind: 'command', command: scan.value };
  const { hand, toteScan } = state;
  if (hand) return intoSlot(state, hand, raw);
  if (scan.kind === 'container' && !slotOf(state.wall, raw)) {
    const known = state.wall.totes.some(({ lpn }) => lpn === scan.value);
    return known
      ? { kind: 'good', state: { ...state, toteScan: raw } }
      : { kind: 'tote', raw, lpn: scan.value };
  }
  if (toteScan === '') {
    const needed = state.wall.totes[0]?.lpn ?? 'T-';
    const wrong = checkContainerScan(null, raw) ?? { code: 'wrong-tote' as const, got: nameOfScan(scan) };
    return { kind: 'wrong', wrong: { ...wrong, needed } };
  }
  return { kind: 'sort', containerScan: toteScan, itemScan: raw };
}

function intoSlot(state: WallState, hand: NonNullable<WallState['hand']>, raw: string): WallStep {
  const { instruction, itemScan } = hand;
  if (!isSlot(instruction.slot, raw))
    return { kind: 'wrong', wrong: notThatSlot(state.wall, instruction, raw) };
  return {
    kind: 'put',
    instruction,
    confirmation: { containerScan: state.toteScan, itemScan, slotScan: raw },
    state: { ...state, hand: null, wall: withPut(state.wall, instruction, state.toteScan) },
  };
}

function notThatSlot(wall: PutWallView, needed: PutInstruction, raw: string): WallWrong {
  const scan = identifyScan(raw);
  const got = slotOf(wall, raw);
  if (got) return { code: 'wrong-slot', needed, got };
  if (scan.kind === 'container' || (scan.kind === 'unknown' && scan.fault !== null)) {
    const code = scan.kind === 'unknown' ? 'unreadable' : 'wrong-location';
    return { code, needed: needed.slot, got: nameOfScan(scan) };
  }
  return { code: 'in-hand', slot: needed.slot, sku: needed.sku };
}

/** The plate of the tote that was scanned. */
export function toteOf({ toteScan }: WallState): string {
  return identifyScan(toteScan).value;
}

/** Units that the tote in work still holds; null where the core has not said. */
export function unitsLeft(state: WallState): number | null {
  return state.wall.totes.find(({ lpn }) => lpn === toteOf(state))?.units ?? null;
}

/** The core's newer view of the wall; what is in the hand stays there. */
export function takeWall(state: WallState | null, wall: PutWallView): WallState {
  return state ? { ...state, wall } : { wall, toteScan: '', hand: null, last: null };
}

/** The last put is undone: its units lie in their tote again, which goes on being sorted. */
export function withoutLast(state: WallState, { instruction, toteScan }: LastPut): WallState {
  const back = { ...instruction, quantity: -instruction.quantity, completes: false };
  return { ...state, last: null, toteScan, wall: withPut(state.wall, back, toteScan) };
}

/** The wall as it is once the core has taken this put. */
function withPut(
  wall: PutWallView,
  { slot: code, quantity, completes }: PutInstruction,
  toteScan: string,
): PutWallView {
  const tote = identifyScan(toteScan).value;
  return {
    ...wall,
    slots: wall.slots.map((slot) =>
      slot.code === code
        ? {
            ...slot,
            put: slot.put + quantity,
            state: completes ? 'complete' : slot.put + quantity > 0 ? 'filling' : 'waiting',
          }
        : slot,
    ),
    totes: wall.totes.map((each) =>
      each.lpn === tote ? { ...each, units: Math.max(0, each.units - quantity) } : each,
    ),
  };
}

function slotOf(wall: PutWallView, raw: string): PutWallSlotView | undefined {
  return wall.slots.find(({ code }) => isSlot(code, raw));
}

function isSlot(code: string, raw: string): boolean {
  const { value, data } = identifyScan(raw);
  return sameBarcode(code, value) || sameBarcode(code, data);
}
