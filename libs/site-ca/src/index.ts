export {
  type Authority,
  type CertificateOrder,
  createAuthority,
  issueCertificate,
  type Revoked,
  revocationList,
} from './authority.js';
export { type CertificateFacts, readCertificate } from './certificate-facts.js';
export { type CertificateRequest, newCertificateRequest, RequestRefused } from './certificate-request.js';
export { openSecret, sealSecret } from './sealed.js';
