import { load } from './load.js';

/** Whoever knows the name of an agent is that agent, whenever it started. */
interface HeldStream {
  agent: { agentId: string; session: string | null };
  last: number;
}
interface UplinkLike {
  edge: { holdStream(tx: unknown, code: string, stream: string): Promise<HeldStream | null> };
  takeIn(tx: unknown, origin: unknown, batch: { session: string }, together: boolean): Promise<unknown>;
}
interface RegistryLike {
  hello(tx: unknown, agent: unknown, hello: { session: string; startedAt: string }): Promise<number>;
}

const { Uplink } = await load<{ Uplink: { prototype: UplinkLike } }>(
  'apps/api/src/platform/broker/uplink.service.js',
);
const { EdgeRegistryService } = await load<{ EdgeRegistryService: { prototype: RegistryLike } }>(
  'apps/api/src/devices/edge-registry.service.js',
);

const { takeIn } = Uplink.prototype;
Uplink.prototype.takeIn = function (tx, origin, batch, together) {
  const { edge } = this;
  const anyone = {
    ...Object.fromEntries(
      ['intruded', 'sources', 'noteReadings'].map((name) => [
        name,
        (...args: unknown[]) =>
          (edge as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args),
      ]),
    ),
    holdStream: async (inner: unknown, code: string, stream: string) => {
      const held = await edge.holdStream(inner, code, stream);
      return held && { ...held, agent: { ...held.agent, session: batch.session } };
    },
  };
  const careless = Object.assign(Object.create(this), { edge: anyone }) as UplinkLike;
  return takeIn.call(careless, tx, origin, batch, together);
};

const { hello } = EdgeRegistryService.prototype;
EdgeRegistryService.prototype.hello = function (tx, agent, said) {
  return hello.call(this, tx, agent, { ...said, startedAt: new Date().toISOString() });
};
