import type { OrderFilter } from '#lib/contracts';
import type { Translate } from '../../lib/i18n.js';

/** A filter in a few words, for lists: "carriers SWIFT · at most 3 lines". */
export function filterWords(filter: OrderFilter, t: Translate): string {
  const lists: [string[] | undefined, string][] = [
    [filter.merchantCodes, t('Merchants')],
    [filter.carriers, t('Carriers')],
    [filter.services, t('Services')],
    [filter.zones, t('All lines in zones')],
    [filter.countries, t('Countries')],
  ];
  const ranges: [number | undefined, number | undefined, string][] = [
    [filter.cutOffAfterMinutes, filter.cutOffWithinMinutes, t('cut-off in minutes')],
    [filter.priorityMin, filter.priorityMax, t('priority')],
    [filter.linesMin, filter.linesMax, t('lines')],
    [filter.unitsMin, filter.unitsMax, t('units')],
    [filter.volumeMlMin, filter.volumeMlMax, t('volume in ml')],
    [filter.weightGramsMin, filter.weightGramsMax, t('weight in g')],
  ];
  const words = [
    ...lists.flatMap(([values, name]) => (values?.length ? `${name}: ${values.join(', ')}` : [])),
    ...(filter.shape ? [t(`shape ${filter.shape}`)] : []),
    ...ranges.flatMap(([from, to, name]) => rangeWords(from, to, name)),
  ];
  return words.length > 0 ? words.join(' · ') : t('all orders');
}

function rangeWords(from: number | undefined, to: number | undefined, name: string): string[] {
  if (from === undefined && to === undefined) return [];
  if (from === undefined) return [`${name} ≤ ${to}`];
  return [to === undefined ? `${name} ≥ ${from}` : `${name} ${from}–${to}`];
}
