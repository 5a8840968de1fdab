import type { OrderFilter, WaveLimits, WaveTemplateBody, WaveThresholds } from '#lib/contracts';
import type { FieldError } from '../platform/refusal.js';
import { pipelineFaults } from './wave-steps.js';

/** All that is wrong with a template that the fields alone don't show, by field; empty when it works. */
export function templateFaults(body: WaveTemplateBody): FieldError[] {
  return [
    ...filterFaults(body.filter),
    ...thresholdFaults(body.thresholds ?? {}, body.limits),
    ...(body.pipeline ? pipelineFaults(body.pipeline) : []),
  ];
}

const RANGES: [keyof OrderFilter, keyof OrderFilter][] = [
  ['linesMin', 'linesMax'],
  ['unitsMin', 'unitsMax'],
  ['volumeMlMin', 'volumeMlMax'],
  ['weightGramsMin', 'weightGramsMax'],
  ['priorityMin', 'priorityMax'],
  ['cutOffAfterMinutes', 'cutOffWithinMinutes'],
];

function filterFaults(filter: OrderFilter): FieldError[] {
  const faults = RANGES.flatMap(([least, most]) => {
    const [from, to] = [filter[least], filter[most]];
    if (typeof from !== 'number' || typeof to !== 'number' || from <= to) return [];
    return [{ field: `filter.${least}`, message: `is more than ${most}: no order would match` }];
  });
  const { shape, linesMin, linesMax, unitsMin } = filter;
  const oneLine = shape === 'single-line' || shape === 'single-unit';
  if (oneLine && linesMin !== undefined && linesMin > 1)
    faults.push({ field: 'filter.linesMin', message: 'an order of one line never has so many' });
  if (shape === 'multi-line' && linesMax === 1)
    faults.push({ field: 'filter.linesMax', message: 'an order of several lines never has so few' });
  if (shape === 'single-unit' && unitsMin !== undefined && unitsMin > 1)
    faults.push({ field: 'filter.unitsMin', message: 'an order of one unit never has so many' });
  return faults;
}

function thresholdFaults(thresholds: WaveThresholds, limits: WaveLimits): FieldError[] {
  return (['orders', 'lines', 'units'] as const).flatMap((measure) => {
    const least = thresholds[`${measure}Min`];
    const most = limits[`${measure}Max`];
    if (least === undefined || least <= most) return [];
    return [
      {
        field: `thresholds.${measure}Min`,
        message: `is more than ${measure}Max: no wave would ever be planned`,
      },
    ];
  });
}
