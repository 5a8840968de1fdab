import { join } from 'node:path';
import { defineConfig } from 'vite';

const core = process.env.API_URL ?? 'http://127.0.0.1:3000';

/** Two entries, so that a handheld loads the floor's few kilobytes and not the tower's charts. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  oxc: { jsx: { runtime: 'automatic' } },
  server: {
    proxy: {
      '/api': core,
      '/socket.io': { target: core, ws: true },
    },
  },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    sourcemap: true,
    rolldownOptions: {
      // Mantine marks its files for server components, which mean nothing here.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
      // One file of React for all pages: fewer bytes than its parts in several, and a browser keeps it when the pages change.
      output: {
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules[\\/](?:react|react-dom|scheduler)[\\/]/ }],
        },
      },
      input: {
        tower: join(import.meta.dirname, 'index.html'),
        floor: join(import.meta.dirname, 'floor.html'),
      },
    },
  },
});
