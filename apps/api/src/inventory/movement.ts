/** Where goods can be. Location, container and parcel are physical; missing and shortfall belong to a location; the rest is the world. */
export type AccountKind =
  | 'location'
  | 'container'
  | 'parcel'
  | 'missing'
  | 'shortfall'
  | 'supplier'
  | 'customer'
  | 'scrap'
  | 'adjustment';

export interface Account {
  kind: AccountKind;
  /** The location's, container's or parcel's id; the location's for missing and shortfall; `WORLD` for the world. */
  id: string;
}

/** One row of the ledger before it is written. */
export interface Movement {
  merchantId: string;
  itemId: string;
  lot: string;
  quantity: number;
  from: Account;
  to: Account;
  /** Why, for people: `pick`, `put-away`, `short`, `ship` ... */
  reason: string;
  /** Made once by whoever asked: the same event and line is the same movement. */
  eventId: string;
  lineNo?: number;
  orderLineId?: string | null;
  /** How many of these were reserved at the account they leave; they stop being so. */
  fromReserved?: number;
}

/** What movements together do to one account's balance of one item and lot. */
export interface LevelChange {
  kind: AccountKind;
  id: string;
  merchantId: string;
  itemId: string;
  lot: string;
  quantity: number;
  reserved: number;
}

/** What movements together do to what a merchant has of one item in the building. */
export interface TotalChange {
  merchantId: string;
  itemId: string;
  onHand: number;
  promised: number;
}

const PHYSICAL: ReadonlySet<AccountKind> = new Set(['location', 'container', 'parcel']);
const HAS_LEVEL: ReadonlySet<AccountKind> = new Set([...PHYSICAL, 'missing', 'shortfall']);

/** The net change of each account that has a balance, in the one order in which all transactions lock them. */
export function levelChanges(movements: readonly Movement[]): LevelChange[] {
  const changes = new Map<string, LevelChange>();
  const change = (account: Account, movement: Movement, quantity: number, reserved: number) => {
    if (!HAS_LEVEL.has(account.kind)) return;
    const { merchantId, itemId, lot } = movement;
    const key = `${account.kind} ${account.id} ${itemId} ${lot}`;
    const known = changes.get(key) ?? { ...account, merchantId, itemId, lot, quantity: 0, reserved: 0 };
    known.quantity += quantity;
    known.reserved += reserved;
    changes.set(key, known);
  };
  for (const movement of movements) {
    change(movement.from, movement, -movement.quantity, -(movement.fromReserved ?? 0));
    change(movement.to, movement, movement.quantity, 0);
  }
  return [...changes.entries()]
    .filter(([, { quantity, reserved }]) => quantity !== 0 || reserved !== 0)
    .sort(([one], [two]) => (one < two ? -1 : 1))
    .map(([, levelChange]) => levelChange);
}

/** Goods that reach a customer were promised; the promise is kept and ends with them. */
export function totalChanges(movements: readonly Movement[]): TotalChange[] {
  const changes = new Map<string, TotalChange>();
  for (const { merchantId, itemId, quantity, from, to } of movements) {
    const onHand = Number(PHYSICAL.has(to.kind)) - Number(PHYSICAL.has(from.kind));
    const promised = to.kind === 'customer' ? -1 : 0;
    if (onHand === 0 && promised === 0) continue;
    const known = changes.get(itemId) ?? { merchantId, itemId, onHand: 0, promised: 0 };
    known.onHand += onHand * quantity;
    known.promised += promised * quantity;
    changes.set(itemId, known);
  }
  return [...changes.values()]
    .filter(({ onHand, promised }) => onHand !== 0 || promised !== 0)
    .sort((one, two) => (one.itemId < two.itemId ? -1 : 1));
}
