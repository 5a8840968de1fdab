import { defineSimulator, modbusAt, type RegisterBank, type SimulatedDevice } from '#lib/device-kit';

export interface StackSimulatorOptions {
  coils?: number;
}

export interface SimulatedStack extends SimulatedDevice {
  /** Its coils now: 1 is on. */
  readonly coils: readonly number[];
  /** How often the buzzer (the last coil) was switched on. */
  readonly beeps: number;
  /** Fault: the module loses its power for a moment: every coil is off. */
  powerCut(): void;
  /** Fault: the module refuses its coils (true), and takes them again (false). */
  refuse(refuses: boolean): void;
}

export const simulator = defineSimulator<SimulatedStack, StackSimulatorOptions>({
  places: ['tcp', 'pty'],
  verbs: ['powerCut', 'refuse'],
  config: { pollMs: 100 },
  async start(place, { coils: count = 4 } = {}) {
    const coils = new Array<number>(count).fill(0);
    let beeps = 0;
    let refuses = false;
    const inside = (address: number, length: number) => !refuses && address + length <= count;
    const bank: RegisterBank = {
      read: () => null,
      write: () => false,
      readCoils: (address, length) =>
        inside(address, length) ? coils.slice(address, address + length) : null,
      writeCoils(address, values) {
        if (!inside(address, values.length)) return false;
        const before = coils[count - 1];
        for (const [i, value] of values.entries()) coils[address + i] = value;
        if (before === 0 && coils[count - 1] === 1) beeps++;
        return true;
      },
    };
    const server = await modbusAt(place, bank);
    return {
      linkConfig: server.linkConfig,
      coils,
      get beeps() {
        return beeps;
      },
      powerCut: () => void coils.fill(0),
      refuse(on) {
        refuses = on;
      },
      close: () => server.close(),
    };
  },
  exercises: [
    {
      title: 'red, then a power cut: the lamp comes back; three beeps',
      async act(stack, command) {
        await command({ op: 'light', args: { address: 'stack', colour: 'red' } });
        if (stack.coils[0] !== 1) throw new Error('the red lamp is dark');
        stack.powerCut();
        await until(() => stack.coils[0] === 1);
        await command({ op: 'beep', args: { pattern: 'wrong' } });
        await until(() => stack.beeps === 3);
        await command({ op: 'status', args: {} });
      },
      expect: ['device.status', 'device.status', 'device.status'],
    },
  ],
});

const LIMIT_MS = 5_000;

function until(holds: () => boolean): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (holds()) resolve();
      else if (performance.now() > limit) reject(new Error('waited too long'));
      else setTimeout(look, 5);
    };
    look();
  });
}
