import { describe, expect, it } from '@jest/globals';
import { isSameOrigin, presentedCredential } from './credentials.js';
import { traceFrom } from './request-context.js';

describe('presentedCredential', () => {
  it.each([
    [{ authorization: 'Bearer abc' }, { token: 'abc', by: 'bearer' }],
    [
      { authorization: 'bearer abc', cookie: 'wh_session=xyz' },
      { token: 'abc', by: 'bearer' },
    ],
    [{ cookie: 'a=1; wh_session=xyz; b=2' }, { token: 'xyz', by: 'cookie' }],
    [{ cookie: 'not_wh_session=xyz' }, null],
    [{ cookie: 'wh_session=' }, null],
    [{ authorization: 'Basic abc' }, null],
    [{ authorization: `Bearer ${'x'.repeat(600)}` }, null],
    [{}, null],
  ])('%p is %p', (headers, expected) => expect(presentedCredential(headers)).toEqual(expected));
});

describe('isSameOrigin', () => {
  const host = 'wms.example:3000';
  it.each([
    [{ host, origin: 'http://wms.example:3000' }, true],
    [{ host, origin: 'http://wms.example' }, false],
    [{ host, origin: 'http://evil.example' }, false],
    [{ host, origin: 'null' }, false],
    [{ host }, false],
    [{ host, 'sec-fetch-site': 'same-origin' }, true],
    [{ host, 'sec-fetch-site': 'cross-site', origin: 'http://wms.example:3000' }, false],
    [{ host, 'sec-fetch-site': 'same-site', origin: 'http://other.wms.example' }, false],
  ])('%p: %p', (headers, expected) => expect(isSameOrigin(headers)).toBe(expected));
});

describe('traceFrom', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  it.each([
    [{ traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
    [{ 'x-trace-id': trace }, trace],
    [{ 'x-trace-id': 'short' }, null],
    [{ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }, null],
    [{ traceparent: `<script>` }, null],
    [{}, null],
  ])('%p is %p', (headers, expected) => expect(traceFrom(headers)).toBe(expected));
});
