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
  people: {
    badge?: string | number;
    pin?: string | number;
    email?: string;
    password?: string;
    roles: string[];
  }[];
}

const ROOT = resolve(import.meta.dirname, '../../..');

export async function demoCrew(): Promise<DemoCrew> {
  // Built files lie in dist/, one level below the house.
  const file = await firstFile([join(ROOT, 'demo/people.yaml'), join(ROOT, '../demo/people.yaml')]);
  const { people } = parse(file) as PeopleFile;
  const office = people.find((person) => person.roles.includes('admin') && person.email && person.password);
  if (!office) throw new Error('demo/people.yaml has nobody who may see everything');
  return {
    site: 'DEMO',
    agent: 'edge-1',
    office: { email: office.email!, password: office.password! },
    people: people
      .filter((person) => person.badge && person.pin && person.roles.includes('operator'))
      .map((person) => ({ badge: String(person.badge), pin: String(person.pin) })),
  };
}

async function firstFile(paths: string[]): Promise<string> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  throw new Error(`none of these files is there: ${paths.join(', ')}`);
}
