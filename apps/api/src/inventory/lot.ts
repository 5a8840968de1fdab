import { Refusal } from '../platform/refusal.js';

/**
 * The lot under which goods are kept, by the item's tracking rule: none for untracked and serial items; the given lot
 * otherwise; for goods tracked by expiry alone the expiry itself names the lot.
 */
export function lotFor(
  tracking: 'none' | 'lot' | 'serial' | 'expiry',
  given: { lot?: string; expiresOn?: string },
): string {
  if (tracking === 'none' || tracking === 'serial') return '';
  if (tracking === 'expiry' && !given.expiresOn && !given.lot) {
    throw new Refusal(
      'inventory.expiry-needed',
      'This item is kept by expiry: say when these goods expire.',
      {
        status: 422,
        errors: [{ field: 'expiresOn', message: 'needed for this item' }],
      },
    );
  }
  if (given.lot) return given.lot;
  if (tracking === 'expiry') return `EXP-${given.expiresOn}`;
  throw new Refusal('inventory.lot-needed', 'This item is kept by lot: say which lot these goods are of.', {
    status: 422,
    errors: [{ field: 'lot', message: 'needed for this item' }],
  });
}
