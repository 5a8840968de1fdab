import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { Agent } from './agent.js';
import { readConfig } from './config.js';
import { LogTail } from './log-tail.js';
import { StartupError } from './store.js';

const HELP = `The Wavehouse edge agent: one process beside the hardware.

It reads its devices, keeps every reading on its own disk until the core has committed it, decides diverts at scan points
without the core, and executes the core's commands once each.

Usage: edge-agent [--help | --version | --check] [--drivers DIR]
       edge-agent enrol ...     joins this machine to a site (edge-agent enrol --help)

  --check         read the configuration, say what is wrong with it, and exit
  --drivers DIR   drivers of your own: DIR/<vendor>/<model> folders are watched, and a changed one takes over between two frames
                  (AGENT_DRIVERS does the same)

Environment
  AGENT_DATA_DIR   directory for the outbox, the command journal and the routes; one per agent, on a local disk
  AGENT_CONFIG     YAML or JSON file with the devices (below)
without enrolment
  AGENT_SITE       code of the site, for example LYON1
  AGENT_CODE       code of this agent within the site; the broker's user name is <site>/<agent>
  AGENT_SECRET     password at the broker
  MQTT_URL         mqtt://host:1883 or mqtts://host:8883
  MQTT_CA_FILE, MQTT_CERT_FILE, MQTT_KEY_FILE   PEM files for mqtts; with a certificate AGENT_SECRET is not needed
also
  AGENT_HTTP_PORT  serves /livez and /metrics on this port (AGENT_HTTP_HOST, 127.0.0.1 by default); off when unset
  LOG_LEVEL        fatal, error, warn, info (default), debug, trace or silent; one JSON object per line on stdout

AGENT_CONFIG
  site: LYON1                     # may stand here instead of in the environment
  agent: edge-1
  devices:
    - code: scan-1
      driver: generic/serial-scanner
      link: { type: serial, path: /dev/serial/by-id/usb-..., baudRate: 9600 }
    - code: printer-1
      driver: zebra/zpl-printer
      link: { type: tcp, host: 192.168.1.40, port: 9100 }
      config: {}                  # the driver's own settings, see its config.schema.json
  points:                         # optional: scan points that hold until the core has sent its own
    - { code: P1, device: plc-1, exceptionLane: EXC, noReadLane: NOREAD, deadlineMs: 600 }

  link types: serial, tcp (we call the device), tcp-server (it calls us), modbus-tcp, modbus-rtu, mqtt

SIGTERM and SIGINT stop it in order, within 5 seconds.
`;

const STOP_LIMIT_MS = 4_800;

async function versionOf(): Promise<string> {
  // The root package.json lies four folders above this file in the tree, and one more above its build in dist.
  for (const up of ['../../..', '../../../..']) {
    const text = await readFile(`${import.meta.dirname}/${up}/package.json`, 'utf8').catch(() => null);
    if (text) return (JSON.parse(text) as { version: string }).version;
  }
  return 'unknown';
}

async function main(args: string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  if (args[0] === 'enrol') {
    const { enrol, ENROL_HELP } = await import('./enrol.js');
    const rest = args.slice(1);
    process.stdout.write(
      rest.includes('--help') ? ENROL_HELP : await enrol(rest, process.env.AGENT_DATA_DIR),
    );
    return;
  }
  const version = await versionOf();
  if (args.includes('--version')) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const driverDir = await driverDirOf(args);
  const config = await readConfig(process.env);
  if (args.includes('--check')) {
    process.stdout.write(`The configuration is good: ${config.devices.length} devices.\n`);
    return;
  }
  const tail = new LogTail();
  const log = pino(
    { level: config.logLevel, base: { site: config.site, agent: config.agent } },
    pino.multistream([
      { level: 'trace', stream: process.stdout },
      { level: 'trace', stream: tail },
    ]),
  );
  const { driverIndex } = await import('../../../devices/index.generated.js');
  const agent = new Agent({ config, drivers: driverIndex, driverDir, version, log, logs: () => tail.last() });
  await agent.start();
  stopOnSignals(agent, log);
}

/** The folder given with --drivers or AGENT_DRIVERS. Throws a {@link StartupError} for options that do not exist. */
async function driverDirOf(args: string[]): Promise<string | null> {
  const at = args.indexOf('--drivers');
  const unknown = args.find((arg, i) => arg !== '--check' && (at < 0 || (i !== at && i !== at + 1)));
  if (unknown) throw new StartupError(`there is no option ${unknown}; see --help`);
  if (at >= 0 && !args[at + 1]) throw new StartupError('--drivers takes a folder');
  const given = at >= 0 ? args[at + 1]! : process.env.AGENT_DRIVERS;
  if (!given) return null;
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new StartupError(`--drivers: there is no folder ${given}`);
  return resolve(given);
}

function stopOnSignals(agent: Agent, log: pino.Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error(`not stopped within ${STOP_LIMIT_MS} ms; what is on the disk stays there`);
      process.exit(1);
    }, STOP_LIMIT_MS).unref();
    agent.stop().then(
      () => process.exit(0),
      (error: Error) => {
        log.fatal({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const text =
    error instanceof StartupError ? error.message : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`edge-agent: ${text}\n`);
  process.exit(1);
});
