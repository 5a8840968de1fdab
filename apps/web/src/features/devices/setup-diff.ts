import type { DeviceSetup } from '#lib/contracts';

export interface SetupDifference {
  /** `link.port` */
  field: string;
  before: string;
  after: string;
}

/** What a change of a setup changes, field by field; nothing is shown as a dash. */
export function setupDiff(before: DeviceSetup | null, after: DeviceSetup): SetupDifference[] {
  const was = before ? flat(before) : new Map<string, string>();
  const is = flat(after);
  const fields = [...new Set([...was.keys(), ...is.keys()])].sort();
  return fields
    .map((field) => ({ field, before: was.get(field) ?? '–', after: is.get(field) ?? '–' }))
    .filter((each) => each.before !== each.after);
}

function flat(setup: DeviceSetup): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, each] of Object.entries(value)) visit(path ? `${path}.${name}` : name, each);
    } else if (value !== undefined)
      found.set(path, typeof value === 'string' ? value : JSON.stringify(value));
  };
  visit('', setup);
  return found;
}
