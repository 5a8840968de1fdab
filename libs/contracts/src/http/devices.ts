import type { DeviceSetup, FieldError } from '../console.js';

/** One setup of a device and what became of it. `wanted`: the agent has not taken it yet. */
export interface RevisionView {
  revision: number;
  /** Null: the device was taken out. */
  setup: DeviceSetup | null;
  state: 'wanted' | 'trying' | 'healthy' | 'unproven' | 'rolled-back' | 'refused';
  reason: string | null;
  by: string;
  at: string;
}

/** `GET /api/v1/devices/:code/setup` */
export interface SetupView {
  device: string;
  agent: string;
  agentOnline: boolean;
  /** What runs at the agent; null until it has said so. */
  runs: { revision: number; setup: DeviceSetup } | null;
  /** What is wanted: a change names it, so that two people do not overwrite each other. 0 while the agent's file rules. */
  desired: number;
  /** Newest first. */
  history: RevisionView[];
}

/** `POST /api/v1/devices/:code/setup/check` */
export interface SetupCheck {
  errors: FieldError[];
  setup: DeviceSetup;
}

/** `GET /api/v1/devices/commands/:id` */
export interface CommandView {
  id: string;
  device: string;
  op: string;
  state: string;
  reason: string | null;
  createdAt: string;
  endedAt: string | null;
  /** From the click's arrival in the core to the outcome's, milliseconds. */
  tookMs: number | null;
}

/**
 * What is probably wrong with a device, by what it says; the words for it stand in advice.ts (English) and in the web's texts.
 */
export type DeviceFaultCode =
  | 'switched-off'
  | 'labels-out'
  | 'labels-jammed'
  | 'head-open'
  | 'paused'
  | 'printer-silent'
  | 'too-hot'
  | 'buffer-full'
  | 'port-missing'
  | 'no-permission'
  | 'port-busy'
  | 'refused'
  | 'unreachable'
  | 'no-answer'
  | 'not-heard'
  | 'no-life'
  | 'wrong-registers'
  | 'unplugged'
  | 'broker-gone'
  | 'not-stored'
  | 'gibberish'
  | 'driver-quarantined'
  | 'driver-missing'
  | 'wrong-setup'
  | 'agent-away'
  | 'out-of-reach'
  | 'look-at-it';
