import { webcrypto } from 'node:crypto';
import { cryptoProvider } from './x509.js';

type Key = webcrypto.CryptoKey;

export const nodeCrypto = webcrypto;
cryptoProvider.set(nodeCrypto);

/** ECDSA on P-256 with SHA-256: small, fast on the edge, and taken by every TLS 1.2 and 1.3 peer. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return nodeCrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

/** PKCS #8 in PEM. */
export async function privateKeyPem(key: Key): Promise<string> {
  const der = Buffer.from(await nodeCrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

export async function importPrivateKey(pem: string): Promise<Key> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return nodeCrypto.subtle.importKey('pkcs8', der, KEY_ALGORITHM, true, ['sign']);
}
