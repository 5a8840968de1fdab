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

export async function demoCrew(): Promise<DemoCrew> {
  // Built files lie in dist/, one level below the house.
  const file = await firstFile([join(ROOT, 'demo/people.yaml'), join(ROOT, '../demo/people.yaml')]);
  const { office, floor } = parse(file) as PeopleFile;
  const chief = office.find((person) => person.roles.includes('admin'));
  if (!chief) throw new Error('demo/people.yaml has nobody who may see everything');
  return {
    site: 'DEMO',
    agent: 'edge-1',
    office: { email: chief.email, password: chief.password },
    people: floor.map(({ badge, pin }) => ({ badge, pin: String(pin) })),
  };
}

async function firstFile(paths: string[]): Promise<string> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new Error(`none of these files is there: ${paths.join(', ')}`);
}
