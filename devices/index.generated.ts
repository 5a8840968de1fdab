// Made by `npm run device -- lint --write`; do not edit.
import type { DriverEntry } from '#lib/device-kit';

export const driverIndex: readonly DriverEntry[] = [
  {
    id: 'cognex/dataman',
    quality: 'silver',
    load: () => import('./cognex/dataman/device.js'),
    loadSimulator: () => import('./cognex/dataman/simulator.js'),
  },
  {
    id: 'cubiscan/dimensioner',
    quality: 'silver',
    load: () => import('./cubiscan/dimensioner/device.js'),
    loadSimulator: () => import('./cubiscan/dimensioner/simulator.js'),
  },
  {
    id: 'generic/continuous-scale',
    quality: 'silver',
    load: () => import('./generic/continuous-scale/device.js'),
    loadSimulator: () => import('./generic/continuous-scale/simulator.js'),
  },
  {
    id: 'generic/modbus-conveyor',
    quality: 'silver',
    load: () => import('./generic/modbus-conveyor/device.js'),
    loadSimulator: () => import('./generic/modbus-conveyor/simulator.js'),
  },
  {
    id: 'generic/mqtt-conveyor',
    quality: 'silver',
    load: () => import('./generic/mqtt-conveyor/device.js'),
    loadSimulator: () => import('./generic/mqtt-conveyor/simulator.js'),
  },
  {
    id: 'generic/pick-to-light',
    quality: 'silver',
    load: () => import('./generic/pick-to-light/device.js'),
    loadSimulator: () => import('./generic/pick-to-light/simulator.js'),
  },
  {
    id: 'generic/serial-scanner',
    quality: 'silver',
    load: () => import('./generic/serial-scanner/device.js'),
    loadSimulator: () => import('./generic/serial-scanner/simulator.js'),
  },
  {
    id: 'generic/stack-light',
    quality: 'silver',
    load: () => import('./generic/stack-light/device.js'),
    loadSimulator: () => import('./generic/stack-light/simulator.js'),
  },
  {
    id: 'generic/tcp-conveyor',
    quality: 'silver',
    load: () => import('./generic/tcp-conveyor/device.js'),
    loadSimulator: () => import('./generic/tcp-conveyor/simulator.js'),
  },
  {
    id: 'generic/tcp-scanner',
    quality: 'silver',
    load: () => import('./generic/tcp-scanner/device.js'),
    loadSimulator: () => import('./generic/tcp-scanner/simulator.js'),
  },
  {
    id: 'keyence/sr',
    quality: 'silver',
    load: () => import('./keyence/sr/device.js'),
    loadSimulator: () => import('./keyence/sr/simulator.js'),
  },
  {
    id: 'mettler-toledo/mt-sics',
    quality: 'silver',
    load: () => import('./mettler-toledo/mt-sics/device.js'),
    loadSimulator: () => import('./mettler-toledo/mt-sics/simulator.js'),
  },
  {
    id: 'toledo/8217',
    quality: 'silver',
    load: () => import('./toledo/8217/device.js'),
    loadSimulator: () => import('./toledo/8217/simulator.js'),
  },
  {
    id: 'tsc/tspl',
    quality: 'silver',
    load: () => import('./tsc/tspl/device.js'),
    loadSimulator: () => import('./tsc/tspl/simulator.js'),
  },
  {
    id: 'zebra/ssi',
    quality: 'silver',
    load: () => import('./zebra/ssi/device.js'),
    loadSimulator: () => import('./zebra/ssi/simulator.js'),
  },
  {
    id: 'zebra/zpl-printer',
    quality: 'silver',
    load: () => import('./zebra/zpl-printer/device.js'),
    loadSimulator: () => import('./zebra/zpl-printer/simulator.js'),
  },
];
