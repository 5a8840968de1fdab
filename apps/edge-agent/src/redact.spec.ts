import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LEFT_OUT, redact } from './redact.js';

describe('what leaves the house', () => {
  it.each([
    ['a field of that name', { mqttPassword: 'x1y2', apiKey: 'k', nested: [{ clientSecret: 'z' }] }],
    ['an address', { url: 'mqtts://edge:x1y2@broker:8883' }],
    ['a sentence', { log: '{"msg":"signed in","password":"x1y2","token": "k"}' }],
    ['a private key', { pem: '-----BEGIN PRIVATE KEY-----\nx1y2\n-----END PRIVATE KEY-----\n' }],
    ['a key that was cut', { pem: 'read -----BEGIN RSA PRIVATE KEY-----\nx1y2' }],
    ['a header', { log: 'authorization: x1y2, host: a' }],
  ])('holds no secret from %s', (_name, value) => {
    const text = JSON.stringify(redact(value, []));
    expect(text).toContain(LEFT_OUT);
    expect(text).not.toMatch(/x1y2|"k"|"z"/);
  });

  it('keeps what is no secret', () => {
    const value = { device: 'scale-1', transferKey: true, url: 'mqtt://broker:1883', n: 3, none: null };
    expect(redact(value, [])).toEqual(value);
  });

  it('holds no secret that is known, wherever it stands and however it is written', () => {
    const secret = fc.string({ minLength: 4, maxLength: 30 }).filter((text) => !LEFT_OUT.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (known, before, behind) => {
        const hex = Buffer.from(known).toString('hex');
        const value = { [`k${known}`]: [`${before}${known}${behind}`], frames: [{ hex: `00${hex}ff` }] };
        const told = redact(value, [known]) as { frames: { hex: string }[] };
        expect(JSON.stringify(Object.values(told))).not.toContain(JSON.stringify(known).slice(1, -1));
        expect(told.frames[0]?.hex).not.toContain(hex);
      }),
      { numRuns: 200 },
    );
  });
});
