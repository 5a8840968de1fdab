export * from './arrival.js';
export * from './deadline.js';
export * from './divert.js';
export * from './identify.js';
export * from './in-line-check.js';
export * from './travel.js';
export * from './truck.js';
