import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AgentClaim, AgentView } from '#lib/contracts';
import { agentUsername, isAgentName, putBrokerCredential } from '#lib/embedded';
import { hashToken, randomSecret } from '../access/tokens.js';
import { AppConfig } from '../platform/config.js';
import { asSystem } from '../platform/context.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { agentViews } from './devices.queries.js';
import { type IssuedCertificate, SiteAuthorityService } from './site-authority.service.js';

export interface NewAgent {
  code: string;
  name: string;
}

/** What an agent lives on from then on: a certificate for its own key, or a password that is shown this once. */
export interface AgentCredential {
  site: string;
  agent: string;
  username: string;
  secret: string | null;
  certificate: IssuedCertificate | null;
  /** Where agents reach the broker, when the core was told (AGENTS_MQTT_URL). */
  mqttUrl: string | null;
}

interface FoundAgent {
  id: string;
  code: string;
  site: string;
}

const CLAIM_LIFE_MS = 60 * 60_000;
/** No letters that look like digits. */
const CLAIM_LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CLAIM_LENGTH = 10;

/** Agents: the processes beside the hardware, how they join the site. */
@Injectable()
export class AgentsService {
  constructor(
    private readonly config: AppConfig,
    private readonly db: Database,
    private readonly authority: SiteAuthorityService,
  ) {}

  list(): Promise<AgentView[]> {
    return this.db.transaction((tx) => agentViews(tx));
  }

  /** Registers an agent, or gives one that is registered a new claim code (its old credential stays until the code is used). */
  invite({ code, name }: NewAgent): Promise<AgentClaim> {
    const claimCode = newClaimCode();
    return this.db.transaction(async (tx) => {
      const site = await row<{ code: string }>(tx, 'select code from sites where id = $1', [tx.siteId]);
      if (!isAgentName(site!.code, code)) {
        const shape = 'letters, digits and . _ ~ -, at most 64, and not "core"';
        throw new Refusal('devices.agent-code', `"${code}" can't name an agent: ${shape}.`, {
          status: 400,
          facts: { agent: code },
        });
      }
      const expiresAt = new Date(tx.at.getTime() + CLAIM_LIFE_MS);
      const [agent] = await rows<{ id: string }>(
        tx,
        `insert into agents (site_id, id, code, name, claim_hash, claim_expires_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (site_id, code) do update
           set claim_hash = excluded.claim_hash, claim_expires_at = excluded.claim_expires_at, name = excluded.name
         returning id`,
        [tx.siteId, newId(), code, name, hashToken(claimCode), expiresAt, tx.at],
      );
      return {
        ...{ agentId: agent!.id, code, claimCode, expiresAt: expiresAt.toISOString() },
        signsInWith: this.authority.active ? 'certificate' : 'password',
        mqttUrl: this.config.agentsMqttUrl,
      };
    });
  }

  /**
   * Exchanges a claim code for the agent's credential: once. The broker knows the credential before the code is used up; should
   * the commit fail, the agent claims again and the credential is replaced.
   */
  claim(claimCode: string, certificateRequest: string | null = null): Promise<AgentCredential> {
    const hash = hashToken(claimCode.trim().toUpperCase().replaceAll('-', ''));
    return asSystem('devices', null, async () => {
      const found = await this.db.transaction((tx) =>
        row<{ site_id: number; id: string; code: string; site: string }>(
          tx,
          `select a.site_id, a.id, a.code, s.code as site from agents a join sites s on s.id = a.site_id
           where a.claim_hash = $1 and a.claim_expires_at > $2`,
          [hash, tx.at],
        ),
      );
      if (!found) {
        const detail = 'This claim code is wrong, used or expired. Ask the console for a new one.';
        throw new Refusal('devices.claim-invalid', detail, { status: 403 });
      }
      return asSystem('devices', found.site_id, () => this.enrol(found, hash, certificateRequest));
    });
  }

  private enrol(agent: FoundAgent, hash: string, requestPem: string | null): Promise<AgentCredential> {
    return this.db.transaction(async (tx) => {
      const used = await affected(
        tx,
        // The next process that says hello is the agent, whatever the clock of the machine before said when it started.
        `update agents set claim_hash = null, claim_expires_at = null, enrolled_at = $4, session_started_at = null
         where site_id = $1 and id = $2 and claim_hash = $3`,
        [tx.siteId, agent.id, hash, tx.at],
      );
      if (used === 0)
        throw new Refusal('devices.claim-invalid', 'This claim code has just been used.', { status: 403 });
      const username = agentUsername(agent.site, agent.code);
      // An agent that enrols again has lost its key, or it is another machine: what it held before no longer counts.
      await this.authority.revokeAll(tx, agent.id);
      const credential = requestPem
        ? { secret: null, certificate: await this.certify(tx, agent, requestPem) }
        : { secret: await this.newPassword(agent), certificate: null };
      const data = { agentId: agent.id, agent: agent.code };
      await addEvent(tx, { type: 'devices.agent-enrolled', aggregateId: agent.id, data });
      return {
        site: agent.site,
        agent: agent.code,
        username,
        ...credential,
        mqttUrl: this.config.agentsMqttUrl,
      };
    });
  }

  private certify(tx: Tx, { id, code, site }: FoundAgent, requestPem: string): Promise<IssuedCertificate> {
    return this.authority.issueForAgent(tx, { agentId: id, agentCode: code, siteCode: site }, requestPem);
  }

  private async newPassword({ site, code }: FoundAgent): Promise<string> {
    const file = this.config.brokerCredentialsFile;
    if (!file) {
      const detail =
        "This core does not keep the broker's credentials (BROKER_CREDENTIALS_FILE is not set): add the agent at the broker.";
      throw new Refusal('devices.broker-foreign', detail);
    }
    const secret = randomSecret();
    await putBrokerCredential(file, { kind: 'agent', site, agent: code }, secret);
    return secret;
  }
}

function newClaimCode(): string {
  return Array.from({ length: CLAIM_LENGTH }, () => CLAIM_LETTERS[randomInt(CLAIM_LETTERS.length)]).join('');
}
