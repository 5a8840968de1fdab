import { load } from './load.js';

/** A command that is published again is a new command to whoever gets it. */
interface Command {
  id: string;
}
interface BridgeLike {
  publishCommand(siteId: number, agent: string, device: string, command: Command): void;
}

const { BrokerBridge } = await load<{ BrokerBridge: { prototype: BridgeLike } }>(
  'apps/api/src/platform/broker/bridge.service.js',
);
const { publishCommand } = BrokerBridge.prototype;
BrokerBridge.prototype.publishCommand = function (siteId, agent, device, command) {
  publishCommand.call(this, siteId, agent, device, { ...command, id: crypto.randomUUID() });
};
