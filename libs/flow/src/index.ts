export * from './deadline.js';
export * from './divert.js';
export * from './identify.js';
