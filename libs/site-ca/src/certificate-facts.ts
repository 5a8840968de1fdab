import { X509Certificate } from 'node:crypto';

export interface CertificateFacts {
  commonName: string;
  /** Hexadecimal, lower case. */
  serial: string;
  notBefore: Date;
  notAfter: Date;
}

/** What a certificate in PEM says of itself. Throws when it is none. */
export function readCertificate(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
  return {
    commonName,
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}
