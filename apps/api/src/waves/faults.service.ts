import { Injectable } from '@nestjs/common';
import { affected, type Tx } from '../platform/database.service.js';
import { type LeftOut, LeftOutService } from './left-out.service.js';
import type { Fault } from './wave-plan.js';

/** Lines whose goods could not be had try again once they can; others whenever their order can. */
const SHORT_STEP = 'reserve';

/** What a wave could not take, all of it, line by line; its orders leave the wave. */
@Injectable()
export class FaultsService {
  constructor(private readonly leftOut: LeftOutService) {}

  async keep(tx: Tx, waveId: string, faults: readonly Fault[]): Promise<void> {
    if (faults.length === 0) return;
    await this.leftOut.leaveOut(tx, waveId, leavers(faults));
    // One row of faults for each line; those of the order stand with every line of it.
    await affected(
      tx,
      `update wave_lines w set fault = f.fault
       from unnest($3::uuid[], $4::uuid[], $5::jsonb[]) as f (order_id, line_id, fault)
       where w.site_id = $1 and w.wave_id = $2 and w.order_id = f.order_id
         and (w.order_line_id = f.line_id or (f.line_id is null and w.fault is null))`,
      [
        tx.siteId,
        waveId,
        faults.map(({ orderId }) => orderId),
        faults.map(({ lineId }) => lineId),
        faults.map(({ step, code, facts, text }) => JSON.stringify({ step, code, facts, text })),
      ],
    );
  }
}

/** One leaver for each order, with the reason that came first and the lines that are short. */
export function leavers(faults: readonly Fault[]): LeftOut[] {
  const out = new Map<string, LeftOut>();
  for (const { step, orderId, lineId, text } of faults) {
    const known = out.get(orderId) ?? { orderId, reason: text, shortLineIds: [] };
    if (step === SHORT_STEP && lineId !== null) known.shortLineIds.push(lineId);
    out.set(orderId, known);
  }
  return [...out.values()];
}
