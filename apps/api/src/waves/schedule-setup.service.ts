import { Injectable } from '@nestjs/common';
import type { ScheduleRule } from '#lib/contracts';
import { affected, constraintName, Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import './waves.events.js';

export interface ScheduleFields {
  name: string;
  templateId: string;
  rule: ScheduleRule;
  planOnly: boolean;
  active: boolean;
}

/** Makes, changes and puts away schedules. */
@Injectable()
export class ScheduleSetupService {
  constructor(private readonly db: Database) {}

  /** Makes a schedule; an archived one of the same name comes back with what is given. @returns its id. */
  async create(fields: ScheduleFields): Promise<string> {
    return this.db.transaction(async (tx) => {
      await requireTemplate(tx, fields.templateId);
      const made = await row<{ id: string }>(
        tx,
        `insert into wave_schedules (site_id, id, name, template_id, rule, plan_only, active, since)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (site_id, name) do update set template_id = excluded.template_id, rule = excluded.rule,
           plan_only = excluded.plan_only, active = excluded.active, since = excluded.since, archived_at = null
           where wave_schedules.archived_at is not null
         returning id`,
        [
          tx.siteId,
          newId(),
          fields.name,
          fields.templateId,
          JSON.stringify(fields.rule),
          fields.planOnly,
          fields.active,
          tx.at,
        ],
      );
      if (!made) throw nameTaken(fields.name);
      await tell(tx, made.id, fields.name, 'created');
      return made.id;
    });
  }

  /** What is named changes. Times before the change are nobody's. */
  async change(scheduleId: string, change: Partial<ScheduleFields>): Promise<void> {
    await this.db
      .transaction(async (tx) => {
        if (change.templateId) await requireTemplate(tx, change.templateId);
        const changed = await row<{ name: string }>(
          tx,
          `update wave_schedules set name = coalesce($3, name), template_id = coalesce($4, template_id),
             rule = coalesce($5::jsonb, rule), plan_only = coalesce($6, plan_only), active = coalesce($7, active), since = $8
           where site_id = $1 and id = $2 and archived_at is null returning name`,
          [
            tx.siteId,
            scheduleId,
            change.name ?? null,
            change.templateId ?? null,
            change.rule ? JSON.stringify(change.rule) : null,
            change.planOnly ?? null,
            change.active ?? null,
            tx.at,
          ],
        );
        if (!changed) throw unknownSchedule();
        await tell(tx, scheduleId, changed.name, 'changed');
      })
      .catch((error: unknown) => {
        if (constraintName(error) === 'wave_schedules_name_uq') throw nameTaken(change.name ?? '');
        throw error;
      });
  }

  /** Puts a schedule away; its runs stay. Archiving twice is once. */
  async archive(scheduleId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const known = await row<{ name: string; archived: boolean }>(
        tx,
        `select name, archived_at is not null as archived from wave_schedules where site_id = $1 and id = $2 for update`,
        [tx.siteId, scheduleId],
      );
      if (!known) throw unknownSchedule();
      if (known.archived) return;
      await affected(
        tx,
        `update wave_schedules set archived_at = $3, active = false where site_id = $1 and id = $2`,
        [tx.siteId, scheduleId, tx.at],
      );
      await tell(tx, scheduleId, known.name, 'archived');
    });
  }
}

async function tell(
  tx: Tx,
  scheduleId: string,
  name: string,
  change: 'created' | 'changed' | 'archived',
): Promise<void> {
  const data = { scheduleId, name, change };
  await addEvent(tx, { type: 'waves.schedule-changed', aggregateId: scheduleId, data });
}

async function requireTemplate(tx: Tx, templateId: string): Promise<void> {
  const found = await row(
    tx,
    `select 1 from wave_templates where site_id = $1 and id = $2 and active for share`,
    [tx.siteId, templateId],
  );
  if (!found) throw new Refusal('waves.unknown-template', 'There is no such template.', { status: 404 });
}

function nameTaken(name: string): Refusal {
  const message = `There is a schedule called ${name} already.`;
  return new Refusal('waves.schedule-name-taken', message, {
    facts: { name },
    errors: [{ field: 'name', message }],
  });
}

function unknownSchedule(): Refusal {
  return new Refusal('waves.unknown-schedule', 'There is no such schedule.', { status: 404 });
}
