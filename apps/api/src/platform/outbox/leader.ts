import pg from 'pg';
import { log } from '../log.js';

const CONNECT_LIMIT_MS = 5_000;
const QUERY_LIMIT_MS = 10_000;
/** Any number will do as long as every process uses the same one. */
const LOCK = 7_301_964;

/**
 * "One process delivers": whoever holds an advisory lock on a connection of its own. The lock ends with the connection, so a killed
 * leader is replaced as soon as PostgreSQL notices.
 */
export class Leader {
  private client: pg.Client | null = null;

  constructor(private readonly url: string) {}

  get leads(): boolean {
    return this.client !== null;
  }

  /** Tries to become the leader; answers whether this process leads. Never throws: no database, no leader. */
  async tryLead(): Promise<boolean> {
    if (this.client) return true;
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      query_timeout: QUERY_LIMIT_MS,
      application_name: 'wavehouse-relay',
      keepAlive: true,
    });
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    try {
      await client.connect();
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [LOCK]);
      if (rows[0]?.got) {
        this.client = client;
        return true;
      }
    } catch (error) {
      log.debug({ err: error }, 'the relay cannot reach the database');
    }
    await client.end().catch(() => {});
    return false;
  }

  async resign(): Promise<void> {
    const client = this.client;
    this.client = null;
    await client?.end().catch(() => {});
  }

  private lose(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = null;
    log.warn('the relay lost its connection; another process may take over');
  }
}
