import { isIP } from 'node:net';
import { readRequest } from './certificate-request.js';
import { commonNameOnly } from './common-name.js';
import { importPrivateKey, KEY_ALGORITHM, newKeys, nodeCrypto, privateKeyPem } from './crypto.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from './x509.js';

/** A site's certificate authority: who holds the key can name anybody at that site's broker. */
export interface Authority {
  certificatePem: string;
  /** PKCS #8. Keep it sealed (`sealSecret`). */
  privateKeyPem: string;
}

export interface CertificateOrder {
  requestPem: string;
  /** Becomes the subject, whatever the request says. For clients: the user name at the broker. */
  commonName: string;
  use: 'client' | 'server';
  /** Names and addresses of a server. */
  hosts?: readonly string[];
  /** Hexadecimal, positive, at most 20 bytes (RFC 5280, 4.1.2.2). */
  serial: string;
  from: Date;
  days: number;
}

export interface Revoked {
  serial: string;
  at: Date;
}

const DAY_MS = 86_400_000;
/** Clocks on the floor may be behind: a certificate is valid a little before it was made. */
const BACKDATED_MS = 10 * 60_000;
const AUTHORITY_YEARS = 20;

/** A new authority, self-signed, for twenty years; it may issue only end certificates (path length 0). */
export async function createAuthority(name: string, serial: string, now: Date): Promise<Authority> {
  const keys = await newKeys();
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + AUTHORITY_YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial,
      name: commonNameOnly(name),
      notBefore: new Date(now.getTime() - BACKDATED_MS),
      notAfter,
      keys,
      signingAlgorithm: KEY_ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, nodeCrypto),
      ],
    },
    nodeCrypto,
  );
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: await privateKeyPem(keys.privateKey),
  };
}

/**
 * A certificate for the key of a request, valid from ten minutes ago for `days`, never longer than the authority.
 * @throws RequestRefused when the request can't be used.
 */
export async function issueCertificate(authority: Authority, order: CertificateOrder): Promise<string> {
  const request = await readRequest(order.requestPem);
  const issuer = new X509Certificate(authority.certificatePem);
  const wantedEnd = order.from.getTime() + order.days * DAY_MS;
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: order.serial,
      subject: commonNameOnly(order.commonName),
      issuer: issuer.subjectName,
      notBefore: new Date(order.from.getTime() - BACKDATED_MS),
      notAfter: new Date(Math.min(wantedEnd, issuer.notAfter.getTime())),
      publicKey: await request.publicKey.export(nodeCrypto),
      signingKey: await importPrivateKey(authority.privateKeyPem),
      signingAlgorithm: KEY_ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage[`${order.use}Auth`]]),
        await AuthorityKeyIdentifierExtension.create(issuer, false, nodeCrypto),
        ...(order.hosts?.length ? [new SubjectAlternativeNameExtension(order.hosts.map(hostName))] : []),
      ],
    },
    nodeCrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/** The certificates that no longer count (RFC 5280, 5), for the broker's `crlfile`; good for `days`. */
export async function revocationList(
  authority: Authority,
  revoked: readonly Revoked[],
  { now, days }: { now: Date; days: number },
): Promise<string> {
  const issuer = new X509Certificate(authority.certificatePem);
  const list = await X509CrlGenerator.create(
    {
      issuer: issuer.subjectName,
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + days * DAY_MS),
      entries: revoked.map(({ serial, at }) => ({ serialNumber: serial, revocationDate: at })),
      signingKey: await importPrivateKey(authority.privateKeyPem),
      signingAlgorithm: KEY_ALGORITHM,
      extensions: [await AuthorityKeyIdentifierExtension.create(issuer, false, nodeCrypto)],
    },
    nodeCrypto,
  );
  const lines =
    Buffer.from(list.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  // The library's own PEM says "CRL"; OpenSSL, and so mosquitto, wants the label of RFC 7468, 9.
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

function hostName(host: string): { type: GeneralNameType; value: string } {
  return { type: isIP(host) ? 'ip' : 'dns', value: host };
}
