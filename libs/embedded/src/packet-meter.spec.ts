import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PacketMeter } from './packet-meter.js';

function packet(bodyBytes: number): Uint8Array {
  const length: number[] = [];
  let rest = bodyBytes;
  do {
    const more = rest > 127;
    length.push((rest % 128) | (more ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from([0x30, ...length, ...new Uint8Array(bodyBytes).fill(0xff)]);
}

describe('PacketMeter', () => {
  it('takes any stream of small packets, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 })),
        (sizes, cuts) => {
          const bytes = Uint8Array.from(sizes.flatMap((size) => [...packet(size)]));
          const meter = new PacketMeter(300);
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            expect(meter.accepts(bytes.subarray(at, at + cut))).toBe(true);
            at += cut;
          }
        },
      ),
    );
  });

  it.each([
    ['a body one byte too long', packet(301)],
    ['a length of five bytes', Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])],
    ['the largest length there is', Uint8Array.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
  ])('refuses %s at its header', (_, bytes) => {
    expect(new PacketMeter(300).accepts(bytes.subarray(0, 6))).toBe(false);
  });
});
