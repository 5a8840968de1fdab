import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { agentUsername } from '#lib/embedded';
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
} from '#lib/site-ca';
import { AppConfig } from '../platform/config.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';

/** What an agent signs in with; its private key never left its machine. */
export interface IssuedCertificate {
  certificatePem: string;
  /** Of the site's authority: the agent takes only a broker that it vouches for. */
  authorityPem: string;
  notAfter: Date;
}

/** A key with its certificate, for a process that an operator sets up: the broker or the core. */
export interface KeyPair {
  privateKeyPem: string;
  certificatePem: string;
  authorityPem: string;
}

export interface NamedAgent {
  agentId: string;
  agentCode: string;
  siteCode: string;
}

/** An agent renews at a third of its life left, so it may be away for ten days. */
const AGENT_DAYS = 30;
const OPERATOR_DAYS = 397;
const LIST_DAYS = 30;
const SERIAL_BYTES = 16;

/** The site's own certificate authority: made when it is first needed, its key sealed in the database. */
@Injectable()
export class SiteAuthorityService {
  /** Unsealing costs a scrypt; a process does it once per site. */
  private readonly opened = new Map<number, Authority>();

  constructor(
    private readonly config: AppConfig,
    private readonly db: Database,
  ) {}

  /** Whether this core issues certificates (SITE_CA_SECRET is set). */
  get active(): boolean {
    return this.config.siteCaSecret !== null;
  }

  /** @throws Refusal when the request is not one to make a certificate for, or this core has no authority. */
  async issueForAgent(tx: Tx, agent: NamedAgent, requestPem: string): Promise<IssuedCertificate> {
    const authority = await this.authority(tx, agent.siteCode);
    const serial = newSerial();
    const commonName = agentUsername(agent.siteCode, agent.agentCode);
    const certificatePem = await issueCertificate(authority, {
      requestPem,
      commonName,
      use: 'client',
      serial,
      from: tx.at,
      days: AGENT_DAYS,
    }).catch((error: unknown) => {
      if (!(error instanceof RequestRefused)) throw error;
      throw new Refusal('devices.certificate-request', error.message, { status: 400 });
    });
    const { notAfter } = readCertificate(certificatePem);
    await affected(
      tx,
      `insert into agent_certificates (site_id, id, agent_id, serial, issued_at, not_after)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [tx.siteId, newId(), agent.agentId, serial, tx.at, notAfter],
    );
    const data = { agentId: agent.agentId, agent: agent.agentCode, serial, notAfter: notAfter.toISOString() };
    await addEvent(tx, { type: 'devices.certificate-issued', aggregateId: agent.agentId, data });
    return { certificatePem, authorityPem: authority.certificatePem, notAfter };
  }

  /** Withdraws what an agent holds. The broker follows when it has the next list (`wavehouse site-ca crl`). */
  async revokeAll(tx: Tx, agentId: string): Promise<void> {
    await affected(
      tx,
      `update agent_certificates set revoked_at = $3 where site_id = $1 and agent_id = $2 and revoked_at is null`,
      [tx.siteId, agentId, tx.at],
    );
  }

  /** The authority's certificate, which brokers and agents trust. */
  authorityCertificate(siteCode: string): Promise<string> {
    return this.db.transaction(async (tx) => (await this.authority(tx, siteCode)).certificatePem);
  }

  /** A key and certificate for the broker (`hosts`: the names agents call it by) or, without hosts, for the core. */
  issueForOperator(siteCode: string, hosts: readonly string[]): Promise<KeyPair> {
    return this.db.transaction(async (tx) => {
      const authority = await this.authority(tx, siteCode);
      const commonName = hosts[0] ?? 'core';
      const { privateKeyPem, requestPem } = await newCertificateRequest(commonName);
      const certificatePem = await issueCertificate(authority, {
        requestPem,
        commonName,
        use: hosts.length > 0 ? 'server' : 'client',
        hosts,
        serial: newSerial(),
        from: tx.at,
        days: OPERATOR_DAYS,
      });
      return { privateKeyPem, certificatePem, authorityPem: authority.certificatePem };
    });
  }

  /** The withdrawn certificates that have not run out yet, signed, for mosquitto's `crlfile`. */
  revocations(siteCode: string): Promise<string> {
    return this.db.transaction(async (tx) => {
      const revoked = await rows<{ serial: string; at: Date }>(
        tx,
        `select serial, revoked_at as at from agent_certificates
         where site_id = $1 and revoked_at is not null and not_after > $2 order by revoked_at`,
        [tx.siteId, tx.at],
      );
      return revocationList(await this.authority(tx, siteCode), revoked, { now: tx.at, days: LIST_DAYS });
    });
  }

  private async authority(tx: Tx, siteCode: string): Promise<Authority> {
    const known = this.opened.get(tx.siteId);
    if (known) return known;
    const secret = this.config.siteCaSecret;
    if (secret === null) {
      const detail =
        'This core issues no certificates (SITE_CA_SECRET is not set): enrol the agent with a password.';
      throw new Refusal('devices.no-authority', detail);
    }
    const found = await this.stored(tx);
    const authority = found ? await unseal(found, secret) : await this.create(tx, siteCode, secret);
    tx.afterCommit(() => this.opened.set(tx.siteId, authority));
    return authority;
  }

  private async create(tx: Tx, siteCode: string, secret: string): Promise<Authority> {
    const made = await createAuthority(`Wavehouse ${siteCode}`, newSerial(), tx.at);
    await affected(
      tx,
      `insert into site_authorities (site_id, certificate_pem, sealed_key, created_at)
       values ($1, $2, $3, $4) on conflict (site_id) do nothing`,
      [tx.siteId, made.certificatePem, await sealSecret(made.privateKeyPem, secret), tx.at],
    );
    // Another process may have been first: there is one authority, and it is the one that is stored.
    const stored = await this.stored(tx);
    return stored!.certificate_pem === made.certificatePem ? made : unseal(stored!, secret);
  }

  private stored(tx: Tx): Promise<StoredAuthority | null> {
    return row<StoredAuthority>(
      tx,
      'select certificate_pem, sealed_key from site_authorities where site_id = $1',
      [tx.siteId],
    );
  }
}

interface StoredAuthority {
  certificate_pem: string;
  sealed_key: string;
}

async function unseal(stored: StoredAuthority, secret: string): Promise<Authority> {
  const privateKeyPem = await openSecret(stored.sealed_key, secret).catch(() => {
    const detail =
      "The site's authority was sealed with another SITE_CA_SECRET: set the one it was made with.";
    throw new Refusal('devices.authority-sealed', detail);
  });
  return { certificatePem: stored.certificate_pem, privateKeyPem };
}

/** Positive and unguessable, as RFC 5280 and common practice ask. */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}
