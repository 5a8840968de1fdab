import { openTestBroker, type Place, runExercise, type Simulator, type TestBroker } from '#lib/device-kit';
import { driverIndex } from './index.generated.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await openTestBroker();
});
afterAll(() => broker.close());

describe.each(driverIndex.map((entry) => [entry.id, entry] as const))(
  '%s and its simulator',
  (_id, entry) => {
    test('meet over every kind of link', async () => {
      const { default: driver } = await entry.load();
      const simulator = (await entry.loadSimulator()).simulator as Simulator;
      for (const at of simulator.places) {
        const place: Place =
          at === 'mqtt' ? { at, base: `wh/v1/t/a/plc/x`, mqtt: await broker.connect() } : { at };
        for (const exercise of simulator.exercises) {
          await runExercise(driver, simulator, exercise, place).catch((e) => {
            throw new Error(`${at} ${exercise.title}: ${e.message}`);
          });
        }
      }
    }, 60_000);
  },
);
