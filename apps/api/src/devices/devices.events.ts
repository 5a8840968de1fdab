import type { CommandOp, DeviceState } from '#lib/contracts';

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
    'devices.agent-enrolled': { agentId: string; agent: string };
    'devices.certificate-issued': { agentId: string; agent: string; serial: string; notAfter: string };
  }
}
