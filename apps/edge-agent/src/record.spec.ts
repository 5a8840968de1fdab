import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seal, stamp, unseal } from './record.js';

const entry = { device: 'scan-1', kind: 'scan.read', data: { code: 'A1' }, rawHex: '41310d' } as const;

describe('a sealed record', () => {
  it('carries the CRC-32 of its JSON without the checksum, as eight hex digits', () => {
    const { text } = seal(stamp(entry), 'scan-1~x', 7);
    const { crc, ...body } = JSON.parse(text);
    expect(crc).toBe(crc32(JSON.stringify(body)).toString(16).padStart(8, '0'));
    expect(body).toMatchObject({ stream: 'scan-1~x', seq: 7, kind: 'scan.read', data: { code: 'A1' } });
  });

  it('comes back as it was, whatever the code holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (code) => {
        const sealed = seal(stamp({ ...entry, data: { code } }), 'scan-1~x', 1);
        expect(unseal(sealed.text)?.data).toEqual({ code });
      }),
    );
  });

  it('is recognised as torn at every length, and as altered when a digit changes', () => {
    const { text } = seal(stamp(entry), 'scan-1~x', 7);
    for (let length = 0; length < text.length; length += 1) expect(unseal(text.slice(0, length))).toBeNull();
    expect(unseal(text.replace('"A1"', '"A2"'))).toBeNull();
    expect(unseal('null')).toBeNull();
  });

  it('has an id and a trace of its own, or the trace it was given', () => {
    expect(stamp(entry).id).not.toBe(stamp(entry).id);
    expect(stamp(entry).trace).toMatch(/^[0-9a-f]{32}$/);
    expect(stamp({ ...entry, trace: 'f'.repeat(32) }).trace).toBe('f'.repeat(32));
  });
});
