export { freePort } from '#lib/embedded';
export { type EventuallyLimits, eventually } from './eventually.js';
export { FakeClock } from './fake-clock.js';
export { type FreshDatabase, freshDatabase } from './fresh-database.js';
