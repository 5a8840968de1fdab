/** The simulated floor: devices that speak real bytes, people who use the screens' interfaces, seeded faults. */
export { type LabelledParcel, LabelledParcels } from './conveyor/labelled-parcels.js';
export { routesAreOut } from './conveyor/sorter-run.js';
export { installSorter, planSorter } from './conveyor/sorter-site.js';
export { CoreClient, Refused } from './core-client.js';
export { demoCrew } from './demo-crew.js';
export { type FaultRates, NO_FAULTS, ROUGH_DAY } from './faults.js';
export { SimulatedFloor } from './floor.js';
export { type FloorDevice, FloorDevices } from './floor-devices.js';
export { Measures, type Quantiles, quantiles } from './measures.js';
export { makeOrders } from './orders.js';
export { runToEnd } from './process-part.js';
export { RealHouse } from './real-house.js';
export { Seeded } from './seeded.js';
export { type SimulationOptions, type SimulationResult, simulate } from './simulation.js';
export { Tally } from './tally.js';
export { pause, TookTooLong, until } from './waiting.js';
