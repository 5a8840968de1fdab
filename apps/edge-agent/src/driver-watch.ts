import { execFile } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
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
  shelf: DriverShelf;
  log: Logger;
  /** A driver has a new version that is fit to take over. */
  onNew: (id: string) => Promise<void>;
}

/** An editor writes several files, each in pieces: a folder is looked at when it has been quiet for so long. */
const QUIET_MS = 300;
const BUILD_LIMIT_MS = 30_000;
const run = promisify(execFile);

/**
 * Watches driver folders outside the tree. A changed folder is compiled in a process of its own (the compiler needs more memory than
 * the whole agent), held to its own transcripts, and then takes the place of the version before. One that fails is refused with its
 * reason, and the version before goes on.
 */
export class DriverWatch {
  private watcher: FSWatcher | null = null;
  private readonly known = new Map<string, string>();
  private quiet: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: DriverWatchOptions) {}

  /** Resolves when the folders that are there have been taken in. Rejects where there is no such folder. */
  async start(): Promise<void> {
    const { dir, log } = this.options;
    this.watcher = watch(dir, { recursive: true }, () => {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => this.lookSoon(), QUIET_MS);
    });
    this.watcher.on('error', (error) =>
      log.error({ err: error, dir }, 'driver folders are not watched any more'),
    );
    this.lookSoon();
    await this.looking;
  }

  stop(): void {
    clearTimeout(this.quiet);
    this.watcher?.close();
  }

  private lookSoon(): void {
    this.looking = this.looking
      .then(() => this.look())
      .catch((error: Error) => this.options.log.error({ err: error }, 'driver folders could not be read'));
  }

  private async look(): Promise<void> {
    for (const id of await findDriverFolders(this.options.dir)) await this.lookAt(id);
  }

  private async lookAt(id: string): Promise<void> {
    const { dir, shelf, log, onNew } = this.options;
    const folder = `${dir}/${id}`;
    let hash = 'unknown';
    try {
      const built = await build(folder);
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

async function build(folder: string): Promise<{ out: string; hash: string }> {
  const extension = extname(import.meta.filename);
  const flags =
    extension === '.ts'
      ? ['--no-warnings', '--conditions=source', '--import=@swc-node/register/esm-register']
      : [];
  const program = `${import.meta.dirname}/build-driver.main${extension}`;
  const { stdout } = await run(process.execPath, [...flags, program, folder], {
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
