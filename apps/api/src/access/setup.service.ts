import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { backgroundWorkAllowed } from '../platform/background.js';
import { AppConfig } from '../platform/config.js';
import { asSystem } from '../platform/context.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { invalid } from '../platform/http/validation.js';
import { newId } from '../platform/ids.js';
import { log } from '../platform/log.js';
import { Refusal } from '../platform/refusal.js';
import { hashSecret } from './password.js';
import { PeopleService } from './people.service.js';
import { hashToken, randomSecret } from './tokens.js';

export interface FirstPerson {
  token: string;
  name: string;
  email: string;
  password: string;
  /** Needed when there is no site yet. */
  siteCode?: string;
  siteName?: string;
  timezone?: string;
}

const LINK_LIFE_MS = 24 * 3_600_000;

/** The first start of an installation without people: a one-time link makes the administrator (and the site, if there is none). */
@Injectable()
export class SetupService implements OnApplicationBootstrap {
  constructor(
    private readonly config: AppConfig,
    private readonly db: Database,
    private readonly people: PeopleService,
  ) {}

  /** Prints a new link at every start as long as nobody exists; the ones printed before stop working. The demo makes its own people. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.demo || !backgroundWorkAllowed()) return;
    const token = await this.invite();
    if (!token) return;
    const { host, port } = this.config;
    const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
    const link = `http://${shown}:${port}/setup?token=${token}`;
    log.warn(
      { setupLink: link },
      'nobody can sign in yet: open this link once to make the first administrator',
    );
  }

  /** @returns the token of a new link, or null when there are people already. */
  invite(): Promise<string | null> {
    return asSystem('setup', null, () =>
      this.db.transaction(async (tx) => {
        if (await anybody(tx)) return null;
        const token = randomSecret();
        await rows(tx, 'delete from setup_tokens where used_at is null');
        await rows(
          tx,
          'insert into setup_tokens (id, token_hash, created_at, expires_at) values ($1, $2, $3, $4)',
          [newId(), hashToken(token), tx.at, new Date(tx.at.getTime() + LINK_LIFE_MS)],
        );
        return token;
      }),
    );
  }

  /** Uses the link up. */
  async setUp(first: FirstPerson): Promise<{ siteCode: string; email: string }> {
    const passwordHash = await hashSecret(first.password);
    const site = await asSystem('setup', null, () => this.db.transaction((tx) => this.useLink(tx, first)));
    await asSystem('setup', site.id, () =>
      this.db.transaction(async (tx) => {
        if (await anybody(tx)) throw linkUsed();
        const { name, email } = first;
        await this.people.insert(tx, {
          id: newId(),
          name,
          email,
          roles: ['admin'],
          passwordHash,
          pinHash: null,
        });
        await rows(tx, 'update setup_tokens set used_at = $2 where token_hash = $1', [
          hashToken(first.token),
          tx.at,
        ]);
      }),
    );
    return { siteCode: site.code, email: first.email };
  }

  private async useLink(tx: Tx, first: FirstPerson): Promise<{ id: number; code: string }> {
    const link = await row(
      tx,
      'select id from setup_tokens where token_hash = $1 and used_at is null and expires_at > $2 for update',
      [hashToken(first.token), tx.at],
    );
    if (!link || (await anybody(tx))) throw linkUsed();
    const site = await row<{ id: number; code: string }>(
      tx,
      'select id, code from sites order by id limit 1',
    );
    if (site) return site;
    const { siteCode, siteName, timezone = 'UTC' } = first;
    if (!siteCode || !siteName)
      throw invalid([{ field: 'siteCode', message: 'there is no site yet: name one' }]);
    if (!isTimezone(timezone))
      throw invalid([{ field: 'timezone', message: 'is no time zone, such as Asia/Kuala_Lumpur' }]);
    await rows(tx, 'insert into sites (id, code, name, timezone, created_at) values (1, $1, $2, $3, $4)', [
      siteCode,
      siteName,
      timezone,
      tx.at,
    ]);
    return { id: 1, code: siteCode };
  }
}

async function anybody(tx: Tx): Promise<boolean> {
  return (await row(tx, 'select 1 from people limit 1')) !== null;
}

/** Whether ICU knows the zone. */
function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function linkUsed(): Refusal {
  return new Refusal(
    'access.link-used',
    'This setup link does not work (any more). Look at the newest start for one.',
    {
      status: 403,
    },
  );
}
