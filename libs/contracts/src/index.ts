export * from './clock.js';
export * from './readings.js';
export * from './states.js';
export * from './wire.js';
