import { createAdapter } from '@socket.io/postgres-adapter';
import pg from 'pg';
import type { Server } from 'socket.io';
import { log } from '../log.js';

const CONNECT_LIMIT_MS = 5_000;

/**
 * Lets several API processes on one database share their live events, by LISTEN and NOTIFY. A process that loses the database tells its own
 * sockets what it can and hears the others again when it is back; pages then ask for a snapshot, as after any silence.
 * @returns what to call when the server has closed.
 */
export function shareLive(io: Server, databaseUrl: string): () => Promise<void> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    application_name: 'wavehouse-live',
  });
  pool.on('error', (error) => log.warn({ reason: error.message }, 'live events are not shared for now'));
  io.adapter(
    createAdapter(pool, {
      tableName: 'live.attachments',
      channelPrefix: 'wavehouse',
      errorHandler: (error: Error) => log.warn({ reason: error.message }, 'a live event was not shared'),
    }),
  );
  return () => pool.end();
}
