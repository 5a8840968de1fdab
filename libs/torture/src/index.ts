/** Torture: a whole installation of real processes under kills, troubled links and worse, held against an independent book. */
export { CHECKS, type CheckName, type Finding } from './checks.js';
export { MUTANTS, type Mutant } from './mutants.js';
export { Torture, type TortureOptions, type TortureResult } from './torture.js';
