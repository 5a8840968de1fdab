#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { readDriverFolder } from '../conformance/folder.js';
import { checkFolder } from '../conformance/rules-static.js';
import { driverIndexSource, findDrivers } from '../driver-index.js';
import { acceptTranscript } from './accept.js';
import { listPorts } from './ports.command.js';
import { type RecordOptions, recordTranscript } from './record.command.js';
import { runSimulator, type SimOptions } from './sim.command.js';
import { type TemplateChoice, templateFiles } from './template.js';
import { type TestOptions, testDrivers } from './test.command.js';
import { compileDriverFolder, DEVICES, driverDir, userPath } from './workspace.js';

const say = (line: string) => void process.stdout.write(`${line}\n`);

const program = new Command('npm run device --')
  .description(
    'Drivers for integrators: make, record, test and simulate them. The guide is docs/guides/attach-a-device.md.',
  )
  .showHelpAfterError('(add --help for what it takes)');

program
  .command('new')
  .description('Make a driver folder that passes the whole suite, to be changed to the real device.')
  .argument('<vendor/model>', 'kebab-case words, for example acme/floor-scale')
  .addOption(
    new Option('--kind <kind>', 'what it starts from').choices(['scanner', 'scale']).default('scanner'),
  )
  .option('--dir <path>', 'make <path>/<vendor>/<model> instead of devices/<vendor>/<model>')
  .addHelpText(
    'after',
    examples(
      'new acme/floor-scale --kind scale',
      'new acme/gate --dir ~/drivers      makes ~/drivers/acme/gate, outside of the tree',
    ),
  )
  .action(newDriver);

program
  .command('record')
  .description(
    'Listen to a live device and write what it says as a transcript. Opens only the port you name.',
  )
  .option('--port <path>', 'serial port, best by its stable path (see: device -- ports)')
  .option('--baud <rate>', 'baud rate of the serial port', '9600')
  .addOption(
    new Option('--parity <parity>', 'parity of the serial port')
      .choices(['none', 'even', 'odd'])
      .default('none'),
  )
  .addOption(new Option('--data-bits <n>', 'data bits of the serial port').choices(['7', '8']).default('8'))
  .addOption(new Option('--stop-bits <n>', 'stop bits of the serial port').choices(['1', '2']).default('1'))
  .addOption(
    new Option('--flow <kind>', 'flow control of the serial port')
      .choices(['none', 'rtscts', 'xonxoff'])
      .default('none'),
  )
  .option('--tcp <host:port>', 'a device on the network')
  .option('--listen <port>', 'a device on the network that calls: listen for it on this port')
  .option('--send <text...>', 'ask the device this first; \\r \\n \\t \\xHH are understood', [])
  .option('--seconds <n>', 'how long to listen', '30')
  .option('--title <text>', 'title of the transcript', 'recorded')
  .requiredOption('--out <file>', 'file to write; must not exist')
  .addHelpText(
    'after',
    examples(
      'record --port /dev/serial/by-id/usb-FTDI_1234-if00 --baud 9600 --out weights.yaml',
      'record --port /dev/ttyUSB0 --data-bits 7 --parity even --out toledo.yaml',
      'record --listen 2001 --out gate.yaml',
      "record --tcp 10.0.0.7:1702 --send 'SI\\r\\n' --seconds 5 --out asked.yaml",
    ),
  )
  .action((options: RecordOptions) => recordTranscript(options, say));

program
  .command('test')
  .description(
    'Run the conformance suite over one driver, over a folder anywhere, or (without arguments) over all.',
  )
  .argument('[vendor/model]')
  .option('--dir <path>', 'a driver folder outside the tree; its two last names are vendor and model')
  .option('--rule <number>', 'only this rule')
  .option('--accept <transcript>', 'write what the driver makes of this transcript into it, for you to judge')
  .addHelpText(
    'after',
    examples(
      'test acme/floor-scale              all rules',
      'test --dir ~/drivers/acme/gate     a driver outside of the tree',
      'test acme/floor-scale --rule 2     the transcripts alone',
      'test acme/floor-scale --accept weights.yaml',
    ),
  )
  .action(async (id: string | undefined, options: TestOptions & { accept?: string }) => {
    if (options.accept !== undefined) return accept(id, options.dir, options.accept);
    if (!(await testDrivers(id, options, say))) process.exitCode = 1;
  });

program
  .command('sim')
  .description('Run the simulated device of a driver; type its verbs.')
  .argument('[vendor/model]')
  .option('--dir <path>', 'a driver folder outside the tree')
  .option('--pty', 'on a pseudo-terminal: prints the path to open')
  .option('--tcp [port]', 'on a TCP port of this machine (any free one by default)')
  .option('--call <host:port>', 'as a device that calls: where the agent listens')
  .option('--mqtt <url>', 'at a broker, for devices that speak MQTT')
  .option('--base <topic>', 'with --mqtt: the topic of the device', 'wh/v1/SITE/agent/plc/device')
  .addHelpText(
    'after',
    examples(
      'sim mettler-toledo/mt-sics --pty   then type: load 1250',
      'sim zebra/zpl-printer --tcp 9100   then type: mediaOut',
      'sim generic/tcp-scanner --call 127.0.0.1:2001',
      'sim generic/mqtt-conveyor --mqtt mqtt://127.0.0.1:1883 --base wh/v1/LYON1/edge-1/plc/plc-1',
      'sim --dir ~/drivers/acme/gate --pty',
    ),
  )
  .action((id: string | undefined, options: SimOptions) => runSimulator(id, options, say));

program
  .command('ports')
  .description('List the serial ports with hardware behind them. Opens none.')
  .action(async () => {
    const ports = await listPorts();
    if (ports.length === 0) say('no serial ports; plug the device in and look again');
    for (const port of ports)
      say(`${port.path}${port.stable ? `  use ${port.stable}` : '  (no stable path)'}`);
  });

program
  .command('lint')
  .description('Check every driver folder for what can be seen without running it, and the driver index.')
  .option('--write', 'write devices/index.generated.ts')
  .option('--dir <path>', 'only this driver folder, which may stand outside of the tree')
  .addHelpText(
    'after',
    examples('lint', 'lint --write    after a folder came or went', 'lint --dir ~/drivers/acme/gate'),
  )
  .action(lint);

/** Lines that can be typed as they are. */
function examples(...lines: string[]): string {
  return `\nFor example:\n${lines.map((line) => `  npm run device -- ${line}`).join('\n')}\n`;
}

async function newDriver(id: string, options: { kind: TemplateChoice['kind']; dir?: string }): Promise<void> {
  const [vendor, model, ...rest] = id.split('/');
  const word = /^[a-z0-9][a-z0-9-]{0,40}$/;
  if (!word.test(vendor ?? '') || !word.test(model ?? '') || rest.length > 0) {
    throw new Error(`"${id}" is not <vendor>/<model> in kebab-case, for example acme/floor-scale`);
  }
  const base = join(options.dir === undefined ? DEVICES : userPath(options.dir), vendor!, model!);
  if (existsSync(base)) throw new Error(`${base} is there already; nothing was written`);
  for (const [file, text] of Object.entries(
    templateFiles({ vendor: vendor!, model: model!, kind: options.kind }),
  )) {
    await mkdir(dirname(join(base, file)), { recursive: true });
    await writeFile(join(base, file), text, { flag: 'wx' });
  }
  say(`made ${base}`);
  if (options.dir === undefined) await writeIndex();
  say(`next: npm run device -- test ${options.dir === undefined ? id : `--dir ${base}`}`);
}

async function accept(id: string | undefined, dir: string | undefined, file: string): Promise<void> {
  const driver = (await (await compileDriverFolder(driverDir(id, dir))).loadDevice()).default;
  await acceptTranscript(driver, userPath(file));
  say(`written: read ${file} line by line; it now says what the driver does, not yet what is right`);
}

async function lint(options: { write?: boolean; dir?: string }): Promise<void> {
  if (options.dir !== undefined) return lintFolder(options.dir, driverDir(undefined, options.dir));
  const drivers = await findDrivers(DEVICES);
  for (const { id } of drivers) await lintFolder(id, driverDir(id, undefined));
  if (options.write) return writeIndex();
  const index = await readFile(join(DEVICES, 'index.generated.ts'), 'utf8').catch(() => '');
  if (index === driverIndexSource(drivers)) return;
  say('FAIL devices/index.generated.ts is not up to date: npm run device -- lint --write');
  process.exitCode = 1;
}

async function lintFolder(name: string, dir: string): Promise<void> {
  const wrong = checkFolder(await readDriverFolder(dir, await compileDriverFolder(dir)));
  say(`${wrong === null ? 'ok  ' : 'FAIL'} ${name}${wrong === null ? '' : `: ${wrong}`}`);
  if (wrong !== null) process.exitCode = 1;
}

async function writeIndex(): Promise<void> {
  await writeFile(join(DEVICES, 'index.generated.ts'), driverIndexSource(await findDrivers(DEVICES)));
  say('written: devices/index.generated.ts');
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
