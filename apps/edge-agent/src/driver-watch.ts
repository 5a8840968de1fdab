import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import {
  builtModules,
  findDriverFolders,
  playToCodec,
  qualityLevelOf,
  readTranscripts,
  type Simulator,
} from '#lib/device-kit';
import type { DriverShelf, ShelfDriver } from './driver-shelf.js';

export interface DriverWatchOptions {
  /** Holds `<vendor>/<model>` folders. */
  dir: string;
  /** Where compiled drivers are kept: the program's own folder may be read-only. */
  builtDir: string;
  shelf: DriverShelf;
  log: Logger;
  /** A driver has a new version that is fit to take over. */
  onNew: (id: string) => Promise<void>;
}

/** Folders are looked at so often; one is taken in when it has not changed between two looks, for an editor writes in pieces. */
const LOOK_EVERY_MS = 500;
const BUILD_LIMIT_MS = 30_000;
const run = promisify(execFile);

/**
 * Watches driver folders outside the tree. A changed folder is compiled in a process of its own (the compiler needs more memory than
 * the whole agent), held to its own transcripts, and then takes the place of the version before. One that fails is refused with its
 * reason, and the version before goes on.
 */
export class DriverWatch {
  private readonly known = new Map<string, string>();
  /** What each folder looked like last: names, sizes and times of its files. */
  private readonly seen = new Map<string, string>();
  private readonly taken = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: DriverWatchOptions) {}

  /** Resolves when the folders that are there have been taken in. Rejects where they cannot be read. */
  async start(): Promise<void> {
    await this.look();
    await this.look();
    this.plan();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Looked at by time, not by the kernel's events: those get lost when a folder is replaced as a whole, and on network drives. */
  private plan(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.look()
        .catch((error: Error) => this.options.log.error({ err: error }, 'driver folders could not be read'))
        .finally(() => this.plan());
    }, LOOK_EVERY_MS);
  }

  private async look(): Promise<void> {
    for (const id of await findDriverFolders(this.options.dir)) {
      const print = await printOf(`${this.options.dir}/${id}`);
      const isQuiet = this.seen.get(id) === print;
      this.seen.set(id, print);
      if (!isQuiet || this.taken.get(id) === print) continue;
      this.taken.set(id, print);
      await this.lookAt(id);
    }
  }

  private async lookAt(id: string): Promise<void> {
    const { dir, builtDir, shelf, log, onNew } = this.options;
    const folder = `${dir}/${id}`;
    let hash = 'unknown';
    try {
      const built = await build(folder, builtDir);
      hash = built.hash;
      if (this.known.get(id) === hash) return;
      const driver = await loadBuilt(id, folder, built);
      this.known.set(id, hash);
      shelf.put(id, driver);
      log.info({ id, hash, version: driver.driver.version }, 'a driver folder was taken in');
      await onNew(id);
    } catch (error) {
      this.known.set(id, hash);
      const reason = `${folder} is not put to work: ${(error as Error).message}`;
      shelf.refuse(id, hash, reason);
      log.error({ id, reason }, 'a driver folder was refused');
    }
  }
}

async function printOf(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).sort();
  const prints = await Promise.all(
    files.map(async (file) => {
      // A file that is gone by now changes the next look.
      const found = await stat(`${folder}/${file}`).catch(() => null);
      return `${file} ${found?.size} ${found?.mtimeMs}`;
    }),
  );
  return prints.join('\n');
}

async function build(folder: string, builtDir: string): Promise<{ out: string; hash: string }> {
  const extension = extname(import.meta.filename);
  const flags =
    extension === '.ts'
      ? ['--no-warnings', '--conditions=source', '--import=@swc-node/register/esm-register']
      : [];
  const program = `${import.meta.dirname}/build-driver.main${extension}`;
  const { stdout } = await run(process.execPath, [...flags, program, folder, builtDir], {
    timeout: BUILD_LIMIT_MS,
  }).catch((error: Error & { stderr?: string }) => {
    throw new Error(error.stderr?.trim() || error.message);
  });
  return JSON.parse(stdout) as { out: string; hash: string };
}

async function loadBuilt(
  id: string,
  folder: string,
  { out, hash }: { out: string; hash: string },
): Promise<ShelfDriver> {
  const modules = builtModules(out);
  const { default: driver } = await modules.loadDevice();
  if (driver?.id !== id) throw new Error(`the folder holds the driver ${driver?.id ?? '(none)'}`);
  for (const transcript of await readTranscripts(`${folder}/transcripts`)) {
    const wrong = playToCodec(driver, transcript).find((step) => step.wrong);
    if (wrong) throw new Error(`${transcript.file}, ${wrong.input}: ${wrong.wrong}`);
  }
  return {
    hash,
    driver,
    quality: await qualityLevelOf(folder),
    loadSimulator: async () => (await modules.loadSimulator()).simulator as Simulator,
  };
}
