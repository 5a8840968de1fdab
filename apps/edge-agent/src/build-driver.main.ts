import { buildDriverFolder } from '#lib/device-kit';

/** Compiles the driver folder that is named and prints where the result lies. A process of its own: see driver-watch.ts. */
buildDriverFolder(process.argv[2] ?? '').then(
  (built) => process.stdout.write(JSON.stringify(built)),
  (error: Error) => {
    process.stderr.write(error.message);
    process.exitCode = 1;
  },
);
