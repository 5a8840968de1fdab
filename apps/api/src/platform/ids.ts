import { v7 } from 'uuid';

/** A UUID v7: made here, not by the database, and in order of time so that indexes grow at one end. */
export function newId(): string {
  return v7();
}

/** Stands for a world account (supplier, customer, scrap, adjustment), which has no row of its own. */
export const WORLD = '00000000-0000-0000-0000-000000000000';
