import type { DeviceSetup, FieldError } from '#lib/contracts';
import { checkConfig, LINK_SCHEMAS, type LinkConfig } from '#lib/device-kit';
import type { DriverShelf } from './driver-shelf.js';

export interface CheckedSetup {
  errors: FieldError[];
  /** With its defaults filled in. */
  setup: DeviceSetup;
}

/** Judges a setup as this agent would run it: the driver exists, its link and its settings hold. `mqttBase` is where the device's topics lie. */
export async function checkSetup(
  shelf: DriverShelf,
  given: DeviceSetup,
  mqttBase: { own: string; agent: string },
): Promise<CheckedSetup> {
  const errors: FieldError[] = [];
  const setup = { ...given, link: withBase(given.link, mqttBase.own) };
  const found = await shelf.load(given.driver).catch((error: Error) => {
    errors.push({ field: 'driver', message: error.message });
    return null;
  });
  if (!found) return { errors, setup };
  const { driver } = found;
  const config = checkConfig<Record<string, unknown>>(driver.configSchema, setup.config);
  if (config.ok) setup.config = config.config;
  else errors.push(...config.fields.map((each) => within('config', each)));
  // The simulator brings its own link; the real one may be filled in later.
  if (setup.simulated) {
    const there = await found.loadSimulator().then(
      () => true,
      () => false,
    );
    if (!there) errors.push({ field: 'simulated', message: `${driver.id} has no simulator` });
    return { errors, setup };
  }
  const kind = setup.link.kind as keyof typeof LINK_SCHEMAS;
  if (!(driver.links as string[]).includes(kind) || !Object.hasOwn(LINK_SCHEMAS, kind)) {
    errors.push({ field: 'link.kind', message: `${driver.id} speaks over ${driver.links.join(', ')}` });
    return { errors, setup };
  }
  const link = checkConfig<LinkConfig>(LINK_SCHEMAS[kind], setup.link);
  if (link.ok) setup.link = { ...link.config };
  else errors.push(...link.fields.map((each) => within('link', each)));
  const { base } = setup.link;
  if (typeof base === 'string' && !base.startsWith(`${mqttBase.agent}/`)) {
    errors.push({
      field: 'link.base',
      message: `must lie below ${mqttBase.agent}/: nothing else is open to this agent`,
    });
  }
  return { errors, setup };
}

/** The sentence of the errors, for logs and outcomes. */
export function sayErrors(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => `${field || 'setup'} ${message}`).join('; ');
}

function withBase(link: Record<string, unknown>, base: string): Record<string, unknown> {
  return link.kind === 'mqtt' ? { base, ...link } : { ...link };
}

function within(part: string, { field, message }: FieldError): FieldError {
  return { field: field ? `${part}.${field}` : part, message };
}
