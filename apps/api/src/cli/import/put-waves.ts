import type { OrderFilter, PickMethod, TemplateStep, WaveTemplateView } from '#lib/contracts';
import { rows, type Tx } from '../../platform/database.service.js';
import { newId } from '../../platform/ids.js';
import { pipelineOf } from '../../waves/wave-steps.js';

export interface WavesPlan {
  templates: {
    name: string;
    filter?: OrderFilter;
    limits: WaveTemplateView['limits'];
    method?: PickMethod;
  }[];
  channels: {
    name: string;
    template: string;
    state: 'open' | 'locked' | 'asleep';
    filter?: OrderFilter;
    maxInFlight: number;
    batchOrders: number;
  }[];
}

/** The usual pipeline with another way to pick. */
function pickedBy(method: PickMethod): TemplateStep[] {
  return pipelineOf({ pipeline: [], steps: [] }).map((step) =>
    step.name === 'batch' ? { ...step, method } : step,
  );
}

/** Templates with the whole pipeline, and channels. A channel that somebody locked or put to sleep stays so. */
export async function putWaves(tx: Tx, { templates, channels }: WavesPlan): Promise<void> {
  await rows(
    tx,
    `insert into wave_templates (site_id, id, name, filter, limits, steps, pipeline)
     select $1, t.id, t.name, t.filter, t.limits, '{}', t.pipeline
     from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[]) as t (id, name, filter, limits, pipeline)
     on conflict (site_id, name) do update set filter = excluded.filter, limits = excluded.limits`,
    [
      tx.siteId,
      templates.map(() => newId()),
      templates.map((each) => each.name),
      templates.map((each) => JSON.stringify(each.filter ?? {})),
      templates.map((each) => JSON.stringify(each.limits)),
      templates.map(({ method }) => JSON.stringify(method ? pickedBy(method) : [])),
    ],
  );
  await rows(
    tx,
    `insert into release_channels (site_id, id, name, state, template_id, filter, max_in_flight, batch_orders)
     select $1, c.id, c.name, c.state, t.id, c.filter, c.max_in_flight, c.batch_orders
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::int[], $8::int[])
       as c (id, name, state, template, filter, max_in_flight, batch_orders)
     join wave_templates t on t.site_id = $1 and t.name = c.template
     on conflict (site_id, name) do update set template_id = excluded.template_id, filter = excluded.filter,
       max_in_flight = excluded.max_in_flight, batch_orders = excluded.batch_orders`,
    [
      tx.siteId,
      channels.map(() => newId()),
      channels.map((each) => each.name),
      channels.map((each) => each.state),
      channels.map((each) => each.template),
      channels.map((each) => JSON.stringify(each.filter ?? {})),
      channels.map((each) => each.maxInFlight),
      channels.map((each) => each.batchOrders),
    ],
  );
}
