import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** Who works in the demo and where: read from the same file that the demo's import reads. */
export interface DemoCrew {
  site: string;
  agent: string;
  office: { email: string; password: string };
  people: { badge: string; pin: string }[];
}

interface PeopleFile {
  office: { email: string; password: string; roles: string[] }[];
  floor: { badge: string; pin: string }[];
}

const ROOT = resolve(import.meta.dirname, '../../..');

/** @param dir the demo's files; by default those of the product */
export async function demoCrew(dir?: string): Promise<DemoCrew> {
  const { office, floor } = parse(
    await readFile(join(dir ?? (await demoDirectory()), 'people.yaml'), 'utf8'),
  ) as PeopleFile;
  const chief = office.find((person) => person.roles.includes('admin'));
  if (!chief) throw new Error('people.yaml has nobody who may see everything');
  return {
    site: 'DEMO',
    agent: 'edge-1',
    office: { email: chief.email, password: chief.password },
    people: floor.map(({ badge, pin }) => ({ badge, pin: String(pin) })),
  };
}

/** `demo/` of the product. Built files lie in dist/, one level below the house. */
export async function demoDirectory(): Promise<string> {
  const places = [join(ROOT, 'demo'), join(ROOT, '../demo')];
  for (const place of places) {
    const there = await readFile(join(place, 'people.yaml')).catch(() => null);
    if (there !== null) return place;
  }
  throw new Error(`none of these directories holds the demo: ${places.join(', ')}`);
}
