import { affected, rows, type Tx } from '../platform/database.service.js';
import { HAS_TOTES } from './hand-over.queries.js';

export interface EndedRun {
  id: string;
  number: number;
  /** `cancelled`, or `picked`: what is in its totes goes to the station. */
  state: string;
}

/** Runs that are left without a pick: never begun ones are over, begun ones go to the station. */
export async function endEmptyRuns(tx: Tx, runIds: readonly string[]): Promise<EndedRun[]> {
  const ended = await rows<EndedRun>(
    tx,
    `update runs r set state = case when r.state = 'in-progress' then 'picked' else 'cancelled' end
     where r.site_id = $1 and r.state in ('blocked', 'ready', 'assigned', 'in-progress') and r.id = any($2::uuid[])
       and not exists (select 1 from tasks t where t.site_id = r.site_id and t.run_id = r.id
         and t.state in ('blocked', 'ready', 'assigned', 'in-progress'))
       and (r.state = 'in-progress' or not ${HAS_TOTES})
     returning r.id, r.number::int as number, r.state`,
    [tx.siteId, runIds],
  );
  await affected(
    tx,
    `update run_slots set state = 'cancelled' where site_id = $1 and run_id = any($2::uuid[]) and state = 'open'`,
    [tx.siteId, ended.filter(({ state }) => state === 'cancelled').map(({ id }) => id)],
  );
  return ended;
}
