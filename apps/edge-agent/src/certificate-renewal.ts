import type { Logger } from 'pino';
import { type Credential, type HeldCertificate, saveCredential } from './credential.js';

export interface RenewalParts {
  credential: Credential;
  dataDir: string;
  log: Logger;
  /** Asks the core, over the connection that the present certificate opened. */
  ask: (requestPem: string) => Promise<{ certificatePem: string; authorityPem: string }>;
}

/** Below this share of its life a certificate is renewed: ten days of thirty. */
const RENEW_BELOW = 1 / 3;

/** Whether it is time for a new one. */
export function isRenewalDue(
  { notBefore, notAfter }: { notBefore: Date; notAfter: Date },
  now: Date,
): boolean {
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  return notAfter.getTime() - now.getTime() < lifeMs * RENEW_BELOW;
}

/** Keeps the agent's certificate young. The new one is used from the next connection to the broker on. */
export class CertificateRenewal {
  private held: HeldCertificate;

  /** Null for an agent that signs in with a password. */
  static of(
    parts: Omit<RenewalParts, 'credential'> & { credential: Credential | null },
  ): CertificateRenewal | null {
    const { credential } = parts;
    return credential?.certificate ? new CertificateRenewal({ ...parts, credential }) : null;
  }

  private constructor(private readonly parts: RenewalParts) {
    this.held = parts.credential.certificate!;
  }

  /** What to connect with now. */
  tls(): { ca: string; cert: string; key: string } {
    const { authorityPem, certificatePem, privateKeyPem } = this.held;
    return { ca: authorityPem, cert: certificatePem, key: privateKeyPem };
  }

  /** Renews when it is due. Rejects when the core is out of reach or refuses: the present one still holds for days. */
  async look(now: Date): Promise<void> {
    // Loaded when needed: the agent's memory is for readings.
    const { newCertificateRequest, readCertificate } = await import('#lib/site-ca');
    if (!isRenewalDue(readCertificate(this.held.certificatePem), now)) return;
    const { privateKeyPem, requestPem } = await newCertificateRequest(this.parts.credential.agent);
    const { certificatePem, authorityPem } = await this.parts.ask(requestPem);
    const certificate = { privateKeyPem, certificatePem, authorityPem };
    await saveCredential(this.parts.dataDir, { ...this.parts.credential, certificate });
    this.held = certificate;
    const { notAfter } = readCertificate(certificatePem);
    this.parts.log.info({ until: notAfter.toISOString() }, 'the certificate is renewed');
  }
}
