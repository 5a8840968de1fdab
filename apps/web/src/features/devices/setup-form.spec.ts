import { describe, expect, it } from '@jest/globals';
import type { DeviceSetup } from '#lib/contracts';
import { LINK_SCHEMAS } from '#lib/device-kit';
import { driverIndex } from '../../../../../devices/index.generated.js';
import { fieldsOf } from './schema-fields.js';
import { setupDiff } from './setup-diff.js';

describe('the form of a schema', () => {
  it('has a label, a range and a default for what a person sets', () => {
    const fields = fieldsOf(LINK_SCHEMAS.serial, ['kind']);
    expect(fields.map(({ name }) => name).slice(0, 2)).toEqual(['path', 'baudRate']);
    expect(fields[0]).toMatchObject({ as: 'text', needed: true });
    expect(fields[1]).toMatchObject({ as: 'number', label: 'Baud rate', help: '300–921600', preset: 9600 });
    expect(fields.find(({ name }) => name === 'parity')).toMatchObject({
      as: 'choice',
      options: [{ value: 'none' }, { value: 'even' }, { value: 'odd' }],
    });
  });

  it.each(driverIndex.map((entry) => [entry.id, entry] as const))(
    'can be made for %s',
    async (_id, entry) => {
      const { default: driver } = await entry.load();
      for (const field of fieldsOf(driver.configSchema)) expect(field.label).toMatch(/\S/);
    },
  );

  it('reads a name where there is no title', () => {
    expect(fieldsOf({ properties: { replyTimeoutMs: { type: 'integer' } } })[0]?.label).toBe(
      'Reply timeout ms',
    );
  });
});

describe('what a change changes', () => {
  const setup: DeviceSetup = {
    driver: 'a/b',
    link: { kind: 'serial', path: '/dev/a', baudRate: 9600 },
    config: { lanes: { ONE: 1 } },
    simulated: false,
  };

  it('is told field by field', () => {
    const after = {
      ...setup,
      link: { kind: 'serial', path: '/dev/a', baudRate: 19200 },
      config: {},
      simulated: true,
    };
    expect(setupDiff(setup, after)).toEqual([
      { field: 'config.lanes.ONE', before: '1', after: '–' },
      { field: 'link.baudRate', before: '9600', after: '19200' },
      { field: 'simulated', before: 'false', after: 'true' },
    ]);
  });

  it('is nothing when nothing is changed, and everything for a new device', () => {
    expect(setupDiff(setup, structuredClone(setup))).toEqual([]);
    expect(setupDiff(null, setup)).toHaveLength(6);
  });
});
