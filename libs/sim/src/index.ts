/** The simulated floor: devices that speak real bytes, people who use the screens' interfaces, seeded faults. */
export { CoreClient, Refused } from './core-client.js';
export { type FaultRates, NO_FAULTS, ROUGH_DAY } from './faults.js';
export { SimulatedFloor } from './floor.js';
export { Measures, type Quantiles, quantiles } from './measures.js';
export { makeOrders } from './orders.js';
export { runToEnd } from './process-part.js';
export { Seeded } from './seeded.js';
export { type SimulationOptions, type SimulationResult, simulate } from './simulation.js';
export { Tally } from './tally.js';
export { pause, TookTooLong, until } from './waiting.js';
