#!/usr/bin/env node
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
  .option('--tcp <host:port>', 'a device on the network')
  .option('--send <text...>', 'ask the device this first; \\r \\n \\t \\xHH are understood', [])
  .option('--seconds <n>', 'how long to listen', '30')
  .option('--title <text>', 'title of the transcript', 'recorded')
  .requiredOption('--out <file>', 'file to write; must not exist')
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
  .action(lint);

async function newDriver(id: string, options: { kind: TemplateChoice['kind']; dir?: string }): Promise<void> {
  const [vendor, model, ...rest] = id.split('/');
  const word = /^[a-z0-9][a-z0-9-]{0,40}$/;
  if (!word.test(vendor ?? '') || !word.test(model ?? '') || rest.length > 0) {
    throw new Error(`"${id}" is not <vendor>/<model> in kebab-case, for example acme/floor-scale`);
  }
  const base = join(options.dir === undefined ? DEVICES : userPath(options.dir), vendor!, model!);
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

async function lint(options: { write?: boolean }): Promise<void> {
  const drivers = await findDrivers(DEVICES);
  for (const { id } of drivers) {
    const dir = driverDir(id, undefined);
    const wrong = checkFolder(await readDriverFolder(dir, await compileDriverFolder(dir)));
    say(`${wrong === null ? 'ok  ' : 'FAIL'} ${id}${wrong === null ? '' : `: ${wrong}`}`);
    if (wrong !== null) process.exitCode = 1;
  }
  if (options.write) return writeIndex();
  const index = await readFile(join(DEVICES, 'index.generated.ts'), 'utf8').catch(() => '');
  if (index === driverIndexSource(drivers)) return;
  say('FAIL devices/index.generated.ts is not up to date: npm run device -- lint --write');
  process.exitCode = 1;
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
