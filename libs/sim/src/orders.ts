import type { ItemView, NewOrder } from '#lib/contracts';
import type { Seeded } from './seeded.js';

const STREETS = [
  'Jalan Ampang',
  'Harbour Road',
  'Rua Nova',
  'Lindenweg',
  'Station Street',
  '人民路',
  'Rue du Marché',
  'Via Garibaldi',
];
const CITIES: [string, string, string][] = [
  ['Kuala Lumpur', '50450', 'MY'],
  ['Singapore', '018956', 'SG'],
  ['Lisboa', '1100-148', 'PT'],
  ['München', '80331', 'DE'],
  ['Bristol', 'BS1 4DJ', 'GB'],
  ['广州', '510000', 'CN'],
  ['Lyon', '69001', 'FR'],
];
const GIVEN = ['Alba', 'Bo', 'Cyra', 'Dov', 'Eri', 'Fia', 'Gus', 'Hana', 'Ivo', 'Juno'];
const FAMILY = ['Testmann', 'Sample', 'Muster', 'Exemplo', 'Demo', '测试', 'Contoh', 'Essai'];

/** Orders as small merchants send them: mostly one line, a few units, now and then a long one. People in them are made up. */
export function makeOrders(
  count: number,
  dice: Seeded,
  items: readonly ItemView[],
  services: readonly { carrier: string; service: string }[],
): NewOrder[] {
  // A few items sell much more than the rest.
  const popular = items.slice(0, Math.max(1, Math.floor(items.length / 5)));
  return Array.from({ length: count }, (_, index) => {
    const first = dice.chance(0.6) ? dice.pick(popular) : dice.pick(items);
    const own = items.filter((item) => item.merchantCode === first.merchantCode);
    const lineCount = dice.chance(0.55) ? 1 : dice.between(2, dice.chance(0.1) ? 8 : 4);
    const skus = new Set([first.sku]);
    while (skus.size < Math.min(lineCount, own.length)) skus.add(dice.pick(own).sku);
    const [city, postcode, country] = dice.pick(CITIES);
    return {
      externalRef: `SIM-${dice.seed}-${String(index + 1).padStart(6, '0')}`,
      merchantCode: first.merchantCode,
      ...dice.pick(services),
      priority: dice.chance(0.1) ? 2 : 5,
      consignee: {
        name: `${dice.pick(GIVEN)} ${dice.pick(FAMILY)}`,
        street: `${dice.pick(STREETS)} ${dice.between(1, 240)}`,
        city,
        postcode,
        country,
      },
      lines: [...skus].map((sku) => ({ sku, quantity: dice.chance(0.7) ? 1 : dice.between(2, 4) })),
    };
  });
}
