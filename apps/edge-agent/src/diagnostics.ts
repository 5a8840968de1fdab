import { arch, loadavg, platform, release, totalmem } from 'node:os';
import type { AgentState, Diagnostics, DriverView, PortView } from '#lib/contracts';
import type { Attachment } from './attachment.js';
import type { AgentConfig } from './config.js';
import { redact } from './redact.js';
import type { Setups } from './setups.js';
import { withoutLabels } from './without-labels.js';

export interface DiagnosticsParts {
  config: AgentConfig;
  version: string;
  state: AgentState;
  attachments: readonly Attachment[];
  setups: Setups;
  drivers: DriverView[];
  ports: PortView[];
  logs: string[];
}

/** Frames of each ring that are enough to see what a device said last. */
const FRAMES_PER_DEVICE = 200;

/**
 * Everything that helps to understand this agent from far away. No secret is in it (redact.ts and its spec) and no label
 * (without-labels.ts); what scanners have read is.
 */
export function collectDiagnostics(parts: DiagnosticsParts): Diagnostics {
  const { config, version, state, attachments, setups, drivers, ports, logs } = parts;
  const { rss, heapUsed } = process.memoryUsage();
  const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  const bundle: Diagnostics = {
    madeAt: new Date().toISOString(),
    agent: {
      site: config.site,
      code: config.agent,
      version,
      mqttUrl: config.mqttUrl,
      tls: Object.keys(config.tls),
    },
    environment: {
      node: process.version,
      platform: `${platform()} ${release()} ${arch()}`,
      memory: `${mebibytes(rss)} MiB used, heap ${mebibytes(heapUsed)} MiB, machine ${mebibytes(totalmem())} MiB`,
      load: loadavg()
        .map((value) => value.toFixed(2))
        .join(' '),
      upSeconds: String(Math.round(process.uptime())),
    },
    state: { ...state },
    devices: attachments.map(({ device, current, linkLabel, driver, ring }) => ({
      device,
      ...current,
      link: linkLabel,
      driver: driver && `${driver.id} ${driver.version}`,
      runs: setups.runs(device),
      ring: { oldest: ring.oldest, newest: ring.newest, heldBytes: ring.heldBytes },
    })),
    drivers: drivers.map((driver) => ({ ...driver, configSchema: {} })),
    ports,
    rings: Object.fromEntries(
      attachments.map(({ device, driver, ring }) => {
        const frames = ring.before(ring.newest + 1, FRAMES_PER_DEVICE);
        // Without a driver nobody knows what it was: it may have printed.
        return [device, withoutLabels(frames, driver?.commands.includes('print') ?? true)];
      }),
    ),
    logs,
  };
  const secrets = [config.secret, ...Object.values(config.tls)].filter((each) => typeof each === 'string');
  return redact(bundle, secrets) as Diagnostics;
}
