import fc from 'fast-check';

// Developers play a new seed each time; CI plays one, so that a law which only now meets its counterexample stops its finder and
// nobody else. LAW_SEED plays a given one again. A failure prints its seed either way.
const seed = process.env.LAW_SEED ?? (process.env.CI ? '20261121' : undefined);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
