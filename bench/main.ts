/** `npm run bench -- NAME [options]`: one row per benchmark, loaded when asked for. */

/** A benchmark reads its own options; it prints its figures and rejects when it cannot run. */
export type Bench = (args: string[]) => Promise<void>;

interface BenchRow {
  about: string;
  load: () => Promise<{ bench: Bench }>;
}

const BENCHES: Record<string, BenchRow> = {
  waves: { about: 'wave selection, units per aisle', load: () => import('./planning/waves.js') },
  batching: { about: 'orders to runs with routes', load: () => import('./planning/batching.js') },
  'large-wave': {
    about: 'thousands of orders to runs',
    load: () => import('./planning/large-wave.js'),
  },
  routing: { about: 'exact picker routes', load: () => import('./planning/routing.js') },
  loading: { about: 'container loading', load: () => import('./planning/loading.js') },
  containers: {
    about: 'goods over as few containers as possible',
    load: () => import('./planning/containers.js'),
  },
  cartons: { about: 'carton choice', load: () => import('./planning/cartons.js') },
  assignment: { about: 'orders to slots, parcels to lanes', load: () => import('./planning/assignment.js') },
  divert: { about: 'diverts at the edge beside floor scans', load: () => import('./divert.js') },
  outbox: { about: '72 hours without a core in one agent', load: () => import('./outbox.js') },
  drain: { about: 'a backlog at the edge into the core, records a second', load: () => import('./drain.js') },
  release: { about: 'release of 10,000 orders beside bare SQL', load: () => import('./release.js') },
  frames: {
    about: 'device frames in the console, screen frames a second',
    load: () => import('./frames.js'),
  },
  barcodes: { about: 'scans parsed a second', load: () => import('./barcodes.js') },
};

const [name = '', ...args] = process.argv.slice(2);
const row = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (!row) {
  const list = Object.entries(BENCHES).map(([known, { about }]) => `  ${known.padEnd(12)} ${about}`);
  console.error(
    `${name ? `There is no benchmark ${name}.` : 'Which benchmark?'} Known are:\n${list.join('\n')}`,
  );
  process.exitCode = 2;
} else {
  try {
    const { bench } = await row.load();
    await bench(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
