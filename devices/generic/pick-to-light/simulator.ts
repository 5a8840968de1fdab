import { defineSimulator, KeptEvents, type MqttPort, type SimulatedDevice } from '#lib/device-kit';
import type { Colour, Light, Pressed } from './telegrams.js';

export interface LightsSimulatorOptions {
  lifeMs?: number;
  /** Modules of the rack; any other address is refused. By default every address is a module. */
  addresses?: string[];
}

export interface SimulatedLights extends SimulatedDevice {
  /** What is lit now. */
  readonly lit: ReadonlyMap<string, { colour: Colour; quantity?: number; blink?: boolean }>;
  /** A person presses a module's button, after changing the quantity with plus and minus if one is given. */
  press(address: string, quantity?: number): void;
  /** Fault: the sign of life and all answers stop (false) and come back (true). */
  heartbeat(beats: boolean): void;
  /** Fault: the controller starts anew: dark, another session. */
  restart(): void;
}

export const simulator = defineSimulator<SimulatedLights, LightsSimulatorOptions>({
  places: ['mqtt'],
  verbs: ['press', 'heartbeat', 'restart'],
  config: { lifeMs: 200 },
  async start(place, options = {}) {
    if (place.at !== 'mqtt') throw new TypeError(`MQTT lights have no ${place.at}`);
    const rack = new Rack(place.base, place.mqtt, options);
    await rack.events.start();
    return rack;
  },
  exercises: [
    {
      title: 'a light is lit and pressed',
      async act(rack, command) {
        const args = { address: 'A-01', colour: 'green' as const, quantity: 3 };
        const { outcome } = await command({ op: 'light', args });
        if (outcome !== 'done' || rack.lit.get('A-01')?.quantity !== 3)
          throw new Error(`the light was ${outcome}`);
        rack.press('A-01', 2);
        if (rack.lit.size !== 0) throw new Error('a pressed light stays lit');
      },
      expect: ['light.pressed'],
    },
    {
      title: 'lights come back after the controller has started anew',
      async act(rack, command) {
        await command({ op: 'light', args: { address: 'A-02', colour: 'blue', quantity: 1, blink: true } });
        rack.restart();
        await new Promise((resolve) => setTimeout(resolve, 400));
        if (rack.lit.get('A-02')?.blink !== true) throw new Error('the light did not come back');
        rack.press('A-02');
      },
      expect: ['device.status', 'light.pressed'],
    },
  ],
});

class Rack implements SimulatedLights {
  readonly lit = new Map<string, { colour: Colour; quantity?: number; blink?: boolean }>();
  readonly events: KeptEvents<Omit<Pressed, 'seq'>, Light>;

  constructor(
    private readonly base: string,
    mqtt: MqttPort,
    private readonly options: LightsSimulatorOptions,
  ) {
    const { lifeMs = 200 } = options;
    this.events = new KeptEvents({ base, mqtt, lifeMs }, (light) => this.obey(light));
  }

  get linkConfig() {
    return { kind: 'mqtt' as const, base: this.base };
  }

  press(address: string, quantity = this.lit.get(address)?.quantity): void {
    this.lit.delete(address);
    this.events.add({ t: 'pressed', address, ...(quantity === undefined ? {} : { quantity }) });
  }

  heartbeat(beats: boolean): void {
    this.events.heartbeat(beats);
  }

  restart(): void {
    this.lit.clear();
    this.events.restart();
  }

  close(): Promise<void> {
    return this.events.stop();
  }

  private obey({ id, address, colour, quantity, blink }: Light): void {
    if (this.options.addresses && !this.options.addresses.includes(address)) {
      this.events.say({ t: 'nak', id, reason: `there is no module ${address}` });
      return;
    }
    if (colour === 'off') this.lit.delete(address);
    else
      this.lit.set(address, {
        colour,
        ...(quantity === undefined ? {} : { quantity }),
        ...(blink ? { blink } : {}),
      });
    this.events.say({ t: 'ack', id });
  }
}
