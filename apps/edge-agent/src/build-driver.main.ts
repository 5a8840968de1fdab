import { buildDriverFolder } from '#lib/device-kit';

/**
 * Compiles the driver folder that is named first into the folder that is named second, and prints where the result lies. A process of
 * its own: see driver-watch.ts.
 */
const [folder = '', dir = ''] = process.argv.slice(2);
buildDriverFolder(folder, { dir, resolve: (specifier) => import.meta.resolve(specifier) }).then(
  (built) => process.stdout.write(JSON.stringify(built)),
  (error: Error) => {
    process.stderr.write(error.message);
    process.exitCode = 1;
  },
);
