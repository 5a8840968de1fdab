import { describe, expect, it } from '@jest/globals';
import type { DeviceFrame } from '#lib/contracts';
import { FrameRing } from './frame-ring.js';
import { withoutLabels } from './without-labels.js';

const ZPL = `^XA^CI28^FO40,40^A0N,60,60^FDAnna Beispiel^FS^FO40,99^FDMusterweg 1^FS^XZ`;

function told(prints: boolean, fill: (ring: FrameRing) => void): { text: string; frames: DeviceFrame[] } {
  const ring = new FrameRing();
  fill(ring);
  const frames = withoutLabels(ring.before(ring.newest + 1, 100), prints);
  const bytes = frames.map(({ hex, decoded = '' }) => `${Buffer.from(hex, 'hex')}${decoded}`);
  return { text: bytes.join('\n'), frames };
}

describe('the frames of a printer', () => {
  it('hold no label, neither as a command nor as bytes, but how long it was and what the printer said', () => {
    const { text, frames } = told(true, (ring) => {
      const order = { op: 'print', args: { jobId: 'j1', zpl: ZPL.repeat(80), tspl: ZPL } };
      ring.add('command', Buffer.from(JSON.stringify(order)), 0);
      ring.add('out', Buffer.from(ZPL), 1);
      ring.add('out', Buffer.from('~HQES'), 2);
      ring.add('in', Buffer.from('\x02PRINTER STATUS ERRORS: 0 00000000 00000000\x03'), 3);
      ring.add('note', Buffer.from('print: done in 90 ms'), 4);
    });
    expect(text).not.toMatch(/Anna|Beispiel|Musterweg/);
    expect(text).toContain(`(left out): ${ZPL.length} bytes`);
    expect(text).toContain('~HQES');
    expect(text).toContain('PRINTER STATUS ERRORS');
    expect(text).toContain('print: done in 90 ms');
    expect(frames.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  });
});

it('leaves the frames of other devices as they are', () => {
  const { text } = told(false, (ring) => {
    ring.add('command', Buffer.from('{"op":"light","args":{"lamps":[]}}'), 0);
    ring.add('out', Buffer.from('a telegram to a PLC of forty characters.'), 1);
  });
  expect(text).toBe('{"op":"light","args":{"lamps":[]}}\na telegram to a PLC of forty characters.');
});
