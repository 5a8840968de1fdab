import { commonNameOnly } from './common-name.js';
import { KEY_ALGORITHM, newKeys, nodeCrypto, privateKeyPem } from './crypto.js';
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from './x509.js';

/** A key that stays where it was made, and the request that proves it. */
export interface CertificateRequest {
  privateKeyPem: string;
  /** PKCS #10 (RFC 2986). */
  requestPem: string;
}

/** A request that no certificate can be made for; the message says why, for a person. */
export class RequestRefused extends Error {}

/** @param commonName a wish; the authority decides the name itself. */
export async function newCertificateRequest(commonName: string): Promise<CertificateRequest> {
  const keys = await newKeys();
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: commonNameOnly(commonName), keys, signingAlgorithm: KEY_ALGORITHM },
    nodeCrypto,
  );
  return { privateKeyPem: await privateKeyPem(keys.privateKey), requestPem: `${request.toString('pem')}\n` };
}

const REQUEST_MAX = 8_192;

/**
 * Reads a request from outside.
 * @throws RequestRefused when it is none, its signature does not prove its key, or the key is not ECDSA on P-256.
 */
export async function readRequest(pem: string): Promise<Pkcs10CertificateRequest> {
  if (pem.length > REQUEST_MAX) throw new RequestRefused('The certificate request is too long.');
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(pem);
  } catch {
    throw new RequestRefused('This is no certificate request (PKCS #10 in PEM).');
  }
  const { name, namedCurve } = request.publicKey.algorithm as { name?: string; namedCurve?: string };
  if (name !== KEY_ALGORITHM.name || namedCurve !== KEY_ALGORITHM.namedCurve)
    throw new RequestRefused('The key of a certificate request must be ECDSA on P-256.');
  const proven = await request.verify(nodeCrypto).catch(() => false);
  if (!proven) throw new RequestRefused('The certificate request is not signed with its own key.');
  return request;
}
