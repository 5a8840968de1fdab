import type { CommandOp, DeviceSetup, DeviceState, RevisionResult } from '#lib/contracts';

declare module '../platform/events.js' {
  interface EventMap {
    /** A command has come to its end. Aggregate: the command. */
    'devices.command-ended': {
      commandId: string;
      deviceId: string;
      op: CommandOp;
      outcome: 'done' | 'failed' | 'unknown' | 'expired';
      reason: string | null;
    };
    /** Aggregate: the device. */
    'devices.device-state-changed': {
      deviceId: string;
      device: string;
      from: DeviceState;
      to: DeviceState;
      reason: string | null;
    };
    /** Aggregate: the agent. */
    'devices.agent-went-online': { agentId: string; agent: string; epoch: number };
    'devices.agent-went-offline': { agentId: string; agent: string };
    /** Somebody wants a device set up like this (null: taken out). Aggregate: the device, for this and the next two. */
    'devices.setup-wanted': { deviceId: string; device: string; revision: number; setup: DeviceSetup | null };
    'devices.setup-judged': {
      deviceId: string;
      device: string;
      revision: number;
      result: RevisionResult;
      reason: string | null;
    };
    'devices.simulation-switched': { deviceId: string; device: string; simulated: boolean };
    /** Aggregate: the agent, for all of these. */
    'devices.driver-chosen': {
      agentId: string;
      agent: string;
      driver: string;
      hash: string;
      version: string;
    };
    'devices.agent-enrolled': { agentId: string; agent: string };
    'devices.certificate-issued': { agentId: string; agent: string; serial: string; notAfter: string };
  }
}
