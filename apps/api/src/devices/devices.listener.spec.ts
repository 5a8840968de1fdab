import { describe, expect, it } from '@jest/globals';
import type { RecordData } from '#lib/contracts';
import type { Reading } from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import type { Live } from '../platform/live.js';
import type { DeviceCommandsService } from './device-commands.service.js';
import type { DeviceStatesService } from './device-states.service.js';
import { DevicesListener } from './devices.listener.js';

const SSCC = '00909521234000000018';

/** What a fixed-mount reader at a station says of one trigger. @returns what became of it, and what the screen was shown */
async function tell(data: RecordData<'scan.record'>, waitedMs = 0) {
  const shown: { code: string; aim: string | null }[] = [];
  const live = {
    toStation: (_site: number, _station: string, _topic: string, scan: never) => shown.push(scan),
  } as unknown as Live;
  const listener = new DevicesListener({} as DeviceCommandsService, {} as DeviceStatesService, live);
  const tx = { siteId: 1, afterCommit: (effect: () => void) => effect() } as unknown as Tx;
  const record = { id: 'r', device: 'TUNNEL-1', at: 'now', kind: 'scan.record', data };
  const reading = { record, source: { stationId: 'bench', waitedMs } } as unknown as Reading<'scan.record'>;
  const [application] = await listener.showRecordsAtStations(tx, [reading]);
  return { outcome: application!.outcome, shown: shown.map(({ code, aim }) => ({ code, aim })) };
}

describe('what a fixed-mount reader saw at a station', () => {
  it.each<[string, RecordData<'scan.record'>, { code: string; aim: string | null }[]]>([
    ['one code', { codes: ['T-1'], result: 'read' }, [{ code: 'T-1', aim: null }]],
    [
      'the most telling of several',
      { codes: [`]C1${SSCC}`, ']E04006381333931'], result: 'multi' },
      [{ code: SSCC, aim: ']C1' }],
    ],
    ['nothing of two units', { codes: ['T-1', 'T-2'], result: 'conflict' }, []],
    ['nothing where it could not read', { codes: [], result: 'no-read' }, []],
  ])('shows %s', async (_name, data, shown) => {
    expect(await tell(data)).toEqual({ outcome: 'applied', shown });
  });

  it('is refused when it waited too long, or says nothing', async () => {
    expect(await tell({ codes: ['T-1'], result: 'read' }, 6_000)).toEqual({ outcome: 'refused', shown: [] });
    expect(await tell({ codes: [], result: 'read' })).toEqual({ outcome: 'refused', shown: [] });
    expect(await tell({ codes: ['T-1'] } as never)).toEqual({ outcome: 'refused', shown: [] });
  });
});
