import type { DesiredDevice, RevisionView } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';

export interface RevisionRow {
  revision: number;
  driver: string;
  link: Record<string, unknown>;
  config: Record<string, unknown>;
  simulated: boolean;
  removed: boolean;
  state: RevisionView['state'];
  reason: string | null;
  created_by: string;
  created_at: Date;
}

const HISTORY_MAX = 50;

/** The revisions of a device, newest first. */
export function revisionRows(tx: Tx, deviceId: string): Promise<RevisionRow[]> {
  return rows(
    tx,
    `select revision, driver, link, config, simulated, removed, state, reason, created_by, created_at
     from device_revisions where site_id = $1 and device_id = $2 order by revision desc limit ${HISTORY_MAX}`,
    [tx.siteId, deviceId],
  );
}

export function revisionView(row: RevisionRow): RevisionView {
  const { revision, driver, link, config, simulated, removed, state, reason } = row;
  const setup = removed ? null : { driver, link, config, simulated };
  return { revision, setup, state, reason, by: row.created_by, at: row.created_at.toISOString() };
}

/** The wanted revision of each device of an agent; devices that the agent's file sets up have none. */
export async function desiredDevices(
  tx: Tx,
  agentId: string,
  { wantedOnly = false } = {},
): Promise<DesiredDevice[]> {
  const found = await rows<RevisionRow & { code: string }>(
    tx,
    `select d.code, r.* from devices d
     join device_revisions r on r.site_id = d.site_id and r.device_id = d.id and r.revision = d.desired_revision
     where d.site_id = $1 and d.agent_id = $2 and (not $3 or r.state = 'wanted') order by d.code`,
    [tx.siteId, agentId, wantedOnly],
  );
  return found.map(({ code: device, ...row }) => {
    const { revision, setup } = revisionView(row);
    return { device, revision, setup };
  });
}
