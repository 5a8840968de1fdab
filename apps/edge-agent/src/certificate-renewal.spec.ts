import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createAuthority, issueCertificate, newCertificateRequest } from '#lib/site-ca';
import { CertificateRenewal, isRenewalDue } from './certificate-renewal.js';
import { type Credential, credentialFile, readCredential, saveCredential } from './credential.js';

const START = new Date('2026-01-01T00:00:00Z');
const day = (n: number) => new Date(START.getTime() + n * 86_400_000);
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wavehouse-credential-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it.each([
  [1, false],
  [19, false],
  [21, true],
  [40, true],
])('on day %p of thirty a renewal is due: %p', (n, due) => {
  expect(isRenewalDue({ notBefore: START, notAfter: day(30) }, day(n))).toBe(due);
});

describe('an enrolled agent', () => {
  async function setUp(answers = true) {
    const authority = await createAuthority('site', '01', START);
    const issue = (requestPem: string, from: Date) =>
      issueCertificate(authority, {
        requestPem,
        commonName: 'S/a',
        use: 'client',
        serial: '02',
        from,
        days: 30,
      });
    const { privateKeyPem, requestPem } = await newCertificateRequest('a');
    const certificate = {
      privateKeyPem,
      certificatePem: await issue(requestPem, START),
      authorityPem: authority.certificatePem,
    };
    const credential: Credential = { site: 'S', agent: 'a', mqttUrl: 'mqtts://b', secret: null, certificate };
    await saveCredential(dir, credential);
    let asked = 0;
    const ask = async (request: string) => {
      asked += 1;
      if (!answers) throw new Error('no answer');
      return { certificatePem: await issue(request, day(21)), authorityPem: authority.certificatePem };
    };
    const renewal = CertificateRenewal.of({ credential, dataDir: dir, log: pino({ level: 'silent' }), ask })!;
    return { renewal, certificate, asked: () => asked };
  }

  it('renews in time, with a new key, kept on disk for its owner only', async () => {
    const { renewal, certificate, asked } = await setUp();
    await renewal.look(day(10));
    expect([asked(), renewal.tls().cert]).toEqual([0, certificate.certificatePem]);
    await renewal.look(day(21));
    const { cert, key } = renewal.tls();
    expect(key).not.toBe(certificate.privateKeyPem);
    const kept = await readCredential(dir);
    expect(kept?.certificate).toMatchObject({ certificatePem: cert, privateKeyPem: key });
    expect((await stat(credentialFile(dir))).mode & 0o777).toBe(0o600);
    await renewal.look(day(22));
    expect(asked()).toBe(1);
  });

  it('keeps what it has while the core does not answer', async () => {
    const { renewal, certificate } = await setUp(false);
    await expect(renewal.look(day(25))).rejects.toThrow('no answer');
    expect(renewal.tls().key).toBe(certificate.privateKeyPem);
    expect((await readCredential(dir))?.certificate?.privateKeyPem).toBe(certificate.privateKeyPem);
  });
});
