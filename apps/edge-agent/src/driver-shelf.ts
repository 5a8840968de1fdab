import type { DriverVersionView, DriverView, QualityLevel } from '#lib/contracts';
import { type Driver, type DriverEntry, loadDriver, type Simulator } from '#lib/device-kit';

/** One version of a driver that can be put to work. */
export interface ShelfDriver {
  /** Names the content; `built-in` for what came with the agent. */
  hash: string;
  driver: Driver;
  quality: QualityLevel;
  loadSimulator: () => Promise<Simulator>;
}

interface Kept {
  view: DriverVersionView;
  /** Null for one that was refused. */
  driver: ShelfDriver | null;
}

const BUILT_IN = 'built-in';
/** An ESM module is never unloaded: old versions cost memory as long as the process lives. These can still be gone back to. */
const KEPT_MAX = 4;

/** The drivers that this agent knows: those of its index, and newer ones of watched folders with their versions. */
export class DriverShelf {
  private readonly versions = new Map<string, Kept[]>();

  constructor(private readonly index: readonly DriverEntry[]) {}

  get ids(): string[] {
    return [...new Set([...this.index.map(({ id }) => id), ...this.versions.keys()])].sort();
  }

  qualityOf(id: string): QualityLevel {
    return this.active(id)?.quality ?? this.index.find((each) => each.id === id)?.quality ?? 'none';
  }

  /** The version in use. Throws a sentence where it can't be loaded. */
  async load(id: string): Promise<ShelfDriver> {
    const active = this.active(id);
    if (active) return active;
    const refused = this.versions.get(id)?.find(({ view }) => view.state === 'refused');
    const loaded = await loadDriver(this.index, id);
    if (!loaded.ok) throw new Error(refused?.view.reason ?? loaded.reason);
    const entry = this.index.find((each) => each.id === id)!;
    const builtIn: ShelfDriver = {
      hash: BUILT_IN,
      driver: loaded.driver,
      quality: entry.quality ?? 'none',
      loadSimulator: async () => (await entry.loadSimulator()).simulator as Simulator,
    };
    this.put(id, builtIn);
    return builtIn;
  }

  /** A new version takes the place of the one before, which is kept. */
  put(id: string, driver: ShelfDriver): void {
    const { hash } = driver;
    const view: DriverVersionView = {
      hash,
      version: driver.driver.version,
      loadedAt: new Date().toISOString(),
      state: 'active',
    };
    const others = (this.versions.get(id) ?? []).filter((each) => each.view.hash !== hash).map(setAside);
    this.versions.set(id, [{ view, driver }, ...others].slice(0, KEPT_MAX));
  }

  /** A changed folder that is not put to work, and why. */
  refuse(id: string, hash: string, reason: string): void {
    const loadedAt = new Date().toISOString();
    const kept = (this.versions.get(id) ?? []).filter((each) => each.driver !== null);
    this.versions.set(id, [
      ...kept.slice(0, KEPT_MAX - 1),
      { view: { hash, version: '', loadedAt, state: 'refused', reason }, driver: null },
    ]);
  }

  /** Goes back (or forth) to a version that is kept. Throws a sentence where there is none. */
  use(id: string, hash: string): ShelfDriver {
    const found = this.versions.get(id)?.find((each) => each.view.hash === hash)?.driver;
    if (!found) throw new Error(`no version ${hash} of ${id} is kept here`);
    this.put(id, found);
    return found;
  }

  versionsOf(id: string): DriverVersionView[] {
    return (this.versions.get(id) ?? []).map(({ view }) => view);
  }

  /** Every driver as the console shows it. One that can't be loaded is there with its trouble. */
  views(): Promise<DriverView[]> {
    return Promise.all(this.ids.map((id) => this.view(id)));
  }

  private async view(id: string): Promise<DriverView> {
    const quality = this.qualityOf(id);
    try {
      const { driver, loadSimulator } = await this.load(id);
      const verbs = await loadSimulator().then(
        (simulator) => simulator.verbs,
        () => null,
      );
      const { title, version, kind, links, capabilities, commands, configSchema } = driver;
      const manifest = { title, version, kind, links, capabilities, commands, configSchema };
      const simulates = { hasSimulator: verbs !== null, verbs: verbs ?? [] };
      return { id, ...manifest, ...simulates, quality, versions: this.versionsOf(id) };
    } catch (error) {
      const empty = {
        title: id,
        version: '',
        kind: '',
        links: [],
        capabilities: [],
        commands: [],
        verbs: [],
      };
      const trouble = (error as Error).message;
      const rest = { configSchema: {}, hasSimulator: false, versions: this.versionsOf(id) };
      return { id, ...empty, ...rest, quality, trouble };
    }
  }

  private active(id: string): ShelfDriver | null {
    return this.versions.get(id)?.find(({ view }) => view.state === 'active')?.driver ?? null;
  }
}

function setAside(kept: Kept): Kept {
  return kept.driver ? { ...kept, view: { ...kept.view, state: 'kept' } } : kept;
}
