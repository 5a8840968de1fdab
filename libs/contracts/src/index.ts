export * from './clock.js';
export type * from './http/common.js';
export type * from './http/floor.js';
export type * from './http/orders.js';
export type * from './http/tower.js';
export * from './live.js';
export * from './readings.js';
export * from './states.js';
export * from './wire.js';
