import { Injectable } from '@nestjs/common';
import type { Page, WaveFaultView, WaveStepName } from '#lib/contracts';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { reasonView } from './reason-texts.js';
import type { Fault } from './wave-plan.js';

interface FaultRow {
  orderId: string;
  externalRef: string;
  merchantCode: string;
  orderLineId: string;
  sku: string;
  attempts: number;
  fault: { step: WaveStepName; code: string; facts: Record<string, unknown> } | null;
  reason: string | null;
}

const PAGE = 1_000;

/** What a wave could not take: all of it at once. */
@Injectable()
export class FaultsQueries {
  constructor(private readonly db: Database) {}

  async ofWave(waveId: string): Promise<Page<WaveFaultView>> {
    const found = await this.db.transaction((tx) =>
      rows<FaultRow>(
        tx,
        `select w.order_id as "orderId", o.external_ref as "externalRef", m.code as "merchantCode",
           w.order_line_id as "orderLineId", i.sku, l.wave_attempts as attempts, w.fault, w.reason
         from wave_lines w join orders o on o.site_id = w.site_id and o.id = w.order_id
         join merchants m on m.id = w.merchant_id
         join order_lines l on l.site_id = w.site_id and l.id = w.order_line_id join items i on i.id = l.item_id
         where w.site_id = $1 and w.wave_id = $2 and (w.fault is not null or w.reason is not null)
         order by o.cut_off_at, o.id, l.line_no limit ${PAGE}`,
        [tx.siteId, waveId],
      ),
    );
    return { items: found.map(asView), next: null };
  }
}

function asView({ fault, reason, ...line }: FaultRow): WaveFaultView {
  if (fault === null) {
    const text = reason ?? '';
    const removed = { code: 'removed', facts: {}, text };
    return { ...line, missing: null, step: 'release', reason: removed };
  }
  const missing = typeof fault.facts.missing === 'number' ? fault.facts.missing : null;
  return { ...line, missing, step: fault.step, reason: reasonView({ ...fault.facts, code: fault.code }) };
}

/** Faults of a plan that nobody has kept. */
export async function faultViews(tx: Tx, faults: readonly Fault[]): Promise<WaveFaultView[]> {
  const orders = await rows<{ id: string; externalRef: string; merchantCode: string }>(
    tx,
    `select o.id, o.external_ref as "externalRef", m.code as "merchantCode" from orders o join merchants m on m.id = o.merchant_id
     where o.site_id = $1 and o.id = any($2::uuid[])`,
    [tx.siteId, [...new Set(faults.map(({ orderId }) => orderId))]],
  );
  const lines = await rows<{ id: string; attempts: number }>(
    tx,
    `select id, wave_attempts as attempts from order_lines where site_id = $1 and id = any($2::uuid[])`,
    [tx.siteId, faults.flatMap(({ lineId }) => lineId ?? [])],
  );
  const orderOf = new Map(orders.map((order) => [order.id, order]));
  const attemptsOf = new Map(lines.map(({ id, attempts }) => [id, attempts]));
  return faults.map(({ step, orderId, lineId, code, facts }) => ({
    orderId,
    externalRef: orderOf.get(orderId)?.externalRef ?? '',
    merchantCode: orderOf.get(orderId)?.merchantCode ?? '',
    orderLineId: lineId,
    sku: typeof facts.sku === 'string' ? facts.sku : null,
    missing: typeof facts.missing === 'number' ? facts.missing : null,
    step,
    reason: reasonView({ ...facts, code }),
    attempts: lineId === null ? 0 : (attemptsOf.get(lineId) ?? 0),
  }));
}
