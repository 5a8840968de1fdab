import { Injectable } from '@nestjs/common';
import type { ExceptionView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import './control-tower.events.js';
import { exceptionKind } from './exception-catalogue.js';

interface ExceptionRow {
  id: string;
  code: string;
  detail: string;
  owner: string;
  orderId: string | null;
  parcelId: string | null;
  openedAt: Date;
}

const EXCEPTION = `id, code, detail, owner_queue as owner, order_id as "orderId", parcel_id as "parcelId", opened_at as "openedAt"`;
const LISTED_MAX = 200;

/** The inbox of what people must see to. */
@Injectable()
export class ExceptionsService {
  constructor(private readonly db: Database) {}

  list(owner: string | null = null): Promise<ExceptionView[]> {
    return this.db.transaction((tx) => openExceptionViews(tx, { owner, limit: LISTED_MAX }));
  }

  /**
   * Closes an exception with one of its remedies. One that is closed already stays as it was.
   * @throws Refusal for a remedy that its kind does not allow
   */
  async resolve(id: string, remedy: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const found = await row<ExceptionRow & { resolvedAt: Date | null; merchantId: string | null }>(
        tx,
        `select ${EXCEPTION}, resolved_at as "resolvedAt", merchant_id as "merchantId" from exceptions
         where site_id = $1 and id = $2 for update`,
        [tx.siteId, id],
      );
      if (!found)
        throw new Refusal('tower.unknown-exception', 'There is no such exception.', { status: 404 });
      if (found.resolvedAt) return;
      const { remedies } = exceptionKind(found.code);
      if (!remedies.includes(remedy)) {
        const allowed =
          remedies.length > 0 ? `Allowed: ${remedies.join(', ')}.` : 'It ends when the floor puts it right.';
        throw new Refusal('tower.remedy-not-allowed', `That is no remedy for ${found.code}. ${allowed}`, {
          status: 422,
          facts: { remedies },
        });
      }
      await affected(
        tx,
        `update exceptions set resolved_at = $3, resolved_by = $4, resolution = $5 where site_id = $1 and id = $2`,
        [tx.siteId, id, tx.at, tx.actorName, remedy],
      );
      const { code, orderId, parcelId, merchantId } = found;
      const data = { exceptionId: id, code, remedy };
      await addEvent(tx, {
        type: 'tower.exception-resolved',
        aggregateId: id,
        orderId,
        parcelId,
        merchantId,
        data,
      });
    });
  }
}

/** Open exceptions, the oldest first. */
export async function openExceptionViews(
  tx: Tx,
  { owner = null, limit }: { owner?: string | null; limit: number },
): Promise<ExceptionView[]> {
  const found = await rows<ExceptionRow>(
    tx,
    `select ${EXCEPTION} from exceptions where site_id = $1 and resolved_at is null and ($2::text is null or owner_queue = $2)
     order by opened_at, id limit $3`,
    [tx.siteId, owner, limit],
  );
  return found.map(({ openedAt, ...each }) => ({
    ...each,
    ...exceptionKind(each.code),
    remedies: [...exceptionKind(each.code).remedies],
    openedAt: openedAt.toISOString(),
  }));
}
