import { X509Certificate } from 'node:crypto';
import { createServer, type TLSSocket, connect as tls } from 'node:tls';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Authority,
  createAuthority,
  issueCertificate,
  newCertificateRequest,
  openSecret,
  RequestRefused,
  readCertificate,
  revocationList,
  sealSecret,
} from './index.js';

const NOW = new Date('2026-03-01T12:00:00Z');
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority('Wavehouse LYON1', '01', NOW);
});

async function issued(
  commonName: string,
  use: 'client' | 'server',
  more: { from?: Date; days?: number } = {},
) {
  const { privateKeyPem: key, requestPem } = await newCertificateRequest('anything');
  const order = {
    requestPem,
    commonName,
    use,
    serial: '0a1b',
    from: NOW,
    days: 30,
    hosts: ['localhost', '127.0.0.1'],
  };
  return { key, cert: await issueCertificate(authority, { ...order, ...more }) };
}

/** What the server says of the client, or the error either side met. */
async function handshake(client: { key: string; cert: string } | null, list?: string): Promise<string> {
  const server = await issued('mqtt.example', 'server', { from: new Date(), days: 1 });
  const ca = authority.certificatePem;
  const listener = createServer({
    ...server,
    ca,
    requestCert: true,
    rejectUnauthorized: true,
    ...(list ? { crl: list } : {}),
  });
  const seen = new Promise<string>((resolve) => {
    listener.once('secureConnection', (socket: TLSSocket) =>
      resolve(socket.getPeerCertificate().subject.CN as string),
    );
    listener.once('tlsClientError', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  const socket = tls({ port, host: '127.0.0.1', servername: 'localhost', ca, ...(client ?? {}) });
  socket.on('error', () => undefined);
  const answer = await seen;
  socket.destroy();
  await new Promise((resolve) => listener.close(resolve));
  return answer;
}

describe('the authority', () => {
  it('issues certificates that TLS takes on both sides, under the name that the authority gave', async () => {
    const client = await issued('LYON1/edge-1', 'client', { from: new Date() });
    expect(await handshake(client)).toBe('LYON1/edge-1');
    expect(await handshake(null)).toMatch(/PEER_DID_NOT_RETURN|CERTIFICATE/);
  });

  it('says what it is and is never longer valid than the authority', async () => {
    const { cert } = await issued('LYON1/edge-1', 'client', { days: 365 * 40 });
    const facts = readCertificate(cert);
    expect(facts).toMatchObject({ commonName: 'LYON1/edge-1', serial: '0a1b' });
    expect(facts.notAfter).toEqual(readCertificate(authority.certificatePem).notAfter);
    expect(new X509Certificate(cert).ca).toBe(false);
  });

  it.each(['LYON1/edge-1,CN=core', 'a+CN=core', 'x\nCN=core', 'CN=core'])(
    'does not read %p as several names',
    async (name) => {
      const { cert } = await issued(name, 'client');
      const names = new X509Certificate(cert).toLegacyObject().subject.CN;
      expect(names).toBe(name);
    },
  );

  it('withdraws what it issued', async () => {
    const client = await issued('LYON1/edge-2', 'client', { from: new Date() });
    const at = { now: new Date(Date.now() - 60_000), days: 7 };
    expect(await handshake(client, await revocationList(authority, [], at))).toBe('LYON1/edge-2');
    const revoked = [{ serial: '0a1b', at: at.now }];
    expect(await handshake(client, await revocationList(authority, revoked, at))).not.toBe('LYON1/edge-2');
  });

  it.each([
    ['no request', 'hello'],
    ['a certificate', () => authority.certificatePem],
    ['far too much', 'x'.repeat(10_000)],
  ])('refuses %s', async (_, request) => {
    const requestPem = typeof request === 'string' ? request : request();
    const order = { requestPem, commonName: 'a', use: 'client' as const, serial: '02', from: NOW, days: 1 };
    await expect(issueCertificate(authority, order)).rejects.toThrow(RequestRefused);
  });

  it('refuses a request whose signature was not made with its key', async () => {
    const { requestPem } = await newCertificateRequest('a');
    const der = Buffer.from(requestPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der[der.length - 3]! ^= 0xff;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const order = {
      requestPem: forged,
      commonName: 'a',
      use: 'client' as const,
      serial: '02',
      from: NOW,
      days: 1,
    };
    await expect(issueCertificate(authority, order)).rejects.toThrow(RequestRefused);
  });
});

describe('a sealed secret', () => {
  it('opens with its passphrase only, and never when it was changed', async () => {
    const sealed = await sealSecret('the key', 'one');
    expect(sealed).not.toContain('the key');
    expect(await openSecret(sealed, 'one')).toBe('the key');
    await expect(openSecret(sealed, 'two')).rejects.toThrow();
    await expect(openSecret(`${sealed.slice(0, -2)}AA`, 'one')).rejects.toThrow();
  });
});
