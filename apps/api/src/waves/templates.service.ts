import { Injectable } from '@nestjs/common';
import type { WaveTemplateBody } from '#lib/contracts';
import { affected, constraintName, Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { templateFaults } from './template-faults.js';
import { unknownTemplate } from './templates.queries.js';
import './waves.events.js';

interface LockedTemplate {
  name: string;
  version: number;
  active: boolean;
}

/** Templates are written by people; what a wave was planned by is kept with the wave and never changes. */
@Injectable()
export class TemplatesService {
  constructor(private readonly db: Database) {}

  async createTemplate(body: WaveTemplateBody): Promise<string> {
    requireSound(body);
    const id = newId();
    await this.write(body.name, async (tx) => {
      await affected(
        tx,
        `insert into wave_templates (site_id, id, name, filter, limits, thresholds, planning_seconds_max, pipeline, steps,
           changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, '{}', $9, $10) on conflict on constraint wave_templates_pk do nothing`,
        [tx.siteId, id, ...columnsOf(body), tx.at, tx.actorName],
      );
      await tell(tx, id, body.name, 'created');
    });
    return id;
  }

  /** Replaces a template; who edited an older version is told so and changes nothing. */
  async changeTemplate(templateId: string, body: WaveTemplateBody): Promise<void> {
    requireSound(body);
    await this.write(body.name, async (tx) => {
      const { version } = await lock(tx, templateId);
      if (body.version !== undefined && body.version !== version) {
        throw new Refusal('waves.template-changed', 'Somebody else changed this template meanwhile.', {
          facts: { version },
        });
      }
      await affected(
        tx,
        `update wave_templates set name = $3, filter = $4, limits = $5, thresholds = $6, planning_seconds_max = $7,
           pipeline = $8, steps = '{}', version = version + 1, changed_at = $9, changed_by = $10
         where site_id = $1 and id = $2`,
        [tx.siteId, templateId, ...columnsOf(body), tx.at, tx.actorName],
      );
      await tell(tx, templateId, body.name, 'changed');
    });
  }

  /** The same template under another name. */
  async copyTemplate(templateId: string, name: string): Promise<string> {
    const id = newId();
    await this.write(name, async (tx) => {
      const copied = await affected(
        tx,
        `insert into wave_templates (site_id, id, name, filter, limits, thresholds, planning_seconds_max, pipeline, steps,
           changed_at, changed_by)
         select site_id, $3, $4, filter, limits, thresholds, planning_seconds_max, pipeline, steps, $5::timestamptz, $6::text
         from wave_templates where site_id = $1 and id = $2 on conflict on constraint wave_templates_pk do nothing`,
        [tx.siteId, templateId, id, name, tx.at, tx.actorName],
      );
      if (copied === 0) throw unknownTemplate();
      await tell(tx, id, name, 'created');
    });
    return id;
  }

  /** Puts a template away, or takes it back; twice is once. A channel that still releases by it keeps it. */
  async setArchived(templateId: string, archived: boolean): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { active, name } = await lock(tx, templateId);
      if (active !== archived) return;
      const used = await row<{ name: string }>(
        tx,
        `select name from release_channels where site_id = $1 and template_id = $2 and archived_at is null order by name limit 1`,
        [tx.siteId, templateId],
      );
      if (archived && used) {
        throw new Refusal('waves.template-in-use', `Channel ${used.name} releases by this template.`, {
          facts: { channel: used.name },
        });
      }
      await affected(
        tx,
        `update wave_templates set active = $3, version = version + 1, changed_at = $4, changed_by = $5
         where site_id = $1 and id = $2`,
        [tx.siteId, templateId, !archived, tx.at, tx.actorName],
      );
      await tell(tx, templateId, name, archived ? 'archived' : 'restored');
    });
  }

  private async write(name: string, work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.db.transaction(work).catch((error: unknown) => {
      if (constraintName(error) !== 'wave_templates_name_uq') throw error;
      const message = `There is a template called ${name} already.`;
      throw new Refusal('waves.template-name-taken', message, {
        facts: { name },
        errors: [{ field: 'name', message }],
      });
    });
  }
}

function requireSound(body: WaveTemplateBody): void {
  const errors = templateFaults(body);
  if (errors.length === 0) return;
  const detail = `The template does not work: ${errors.map(({ field, message }) => `${field} ${message}`).join('; ')}.`;
  throw new Refusal('waves.template-invalid', detail, { status: 422, errors });
}

function columnsOf(body: WaveTemplateBody): unknown[] {
  const { name, filter, limits, thresholds = {}, planningSecondsMax = null, pipeline = [] } = body;
  const json = [filter, limits, thresholds].map((each) => JSON.stringify(each));
  return [name, ...json, planningSecondsMax, JSON.stringify(pipeline)];
}

async function lock(tx: Tx, templateId: string): Promise<LockedTemplate> {
  const found = await row<LockedTemplate>(
    tx,
    `select name, version, active from wave_templates where site_id = $1 and id = $2 for update`,
    [tx.siteId, templateId],
  );
  if (!found) throw unknownTemplate();
  return found;
}

function tell(tx: Tx, templateId: string, name: string, change: string): Promise<void> {
  return addEvent(tx, {
    type: 'waves.template-changed',
    aggregateId: templateId,
    data: { templateId, name, change },
  });
}
