import { row, rows, type Tx } from '../platform/database.service.js';
import { resolveExceptions } from '../platform/exceptions.js';
import { IDENTITY_TWICE } from './identity-twice.js';

/** A living agent tells its state every 5 s, its last will when it dies: after a minute without either an older process may take its place. */
export const SILENT_MS = 60_000;
/**
 * A process that is shut out asks to come back every 60 to 75 s, and each time gives up after 10 s (apps/edge-agent/src/way-back.ts): it
 * has missed two of its turns.
 */
const GONE_MS = 180_000;

/** Notes that a process that is shut out was heard. */
export async function intruderHeard(tx: Tx, agentId: string): Promise<void> {
  await rows(
    tx,
    `insert into agent_intrusions (site_id, id, heard_at) values ($1, $2, $3)
     on conflict (site_id, id) do update set heard_at = excluded.heard_at`,
    [tx.siteId, agentId, tx.at],
  );
}

/**
 * The process that is the agent was heard: ends the alarm once the other one has been silent for two of its turns. Silence counts while the
 * agent itself is heard and no longer: without a broker nobody is, and that says nothing of who has gone.
 * @param seenAt when the agent was heard before
 */
export async function agentHeard(tx: Tx, agentId: string, seenAt: Date | null): Promise<void> {
  const intruder = await row<{ heardAt: Date }>(
    tx,
    'select heard_at as "heardAt" from agent_intrusions where site_id = $1 and id = $2 for update',
    [tx.siteId, agentId],
  );
  if (!intruder) return;
  if (!seenAt || tx.at.getTime() - seenAt.getTime() >= SILENT_MS) {
    await intruderHeard(tx, agentId);
    return;
  }
  if (tx.at.getTime() - intruder.heardAt.getTime() < GONE_MS) return;
  await rows(tx, 'delete from agent_intrusions where site_id = $1 and id = $2', [tx.siteId, agentId]);
  await resolveExceptions(tx, agentId, 'only one process has been heard for three minutes', [IDENTITY_TWICE]);
}
