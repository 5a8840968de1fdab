import { load } from './load.js';

/** Whoever knows the name of an agent is that agent, whenever it started. */
interface KnownAgent {
  agentId: string;
  session: string | null;
}
interface UplinkLike {
  edge: { holdAgent(tx: unknown, code: string): Promise<KnownAgent | null> };
  takeIn(tx: unknown, origin: unknown, batch: { session: string }): Promise<unknown>;
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
Uplink.prototype.takeIn = function (tx, origin, batch) {
  const { edge } = this;
  const anyone = {
    ...Object.fromEntries(
      ['intruded', 'sources', 'noteReadings'].map((name) => [
        name,
        (...args: unknown[]) =>
          (edge as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args),
      ]),
    ),
    holdAgent: async (inner: unknown, code: string) => {
      const agent = await edge.holdAgent(inner, code);
      return agent && { ...agent, session: batch.session };
    },
  };
  return takeIn.call(Object.assign(Object.create(this), { edge: anyone }) as UplinkLike, tx, origin, batch);
};

const { hello } = EdgeRegistryService.prototype;
EdgeRegistryService.prototype.hello = function (tx, agent, said) {
  return hello.call(this, tx, agent, { ...said, startedAt: new Date().toISOString() });
};
