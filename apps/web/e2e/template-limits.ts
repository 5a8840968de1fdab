import type { Page, WaveTemplateView } from '#lib/contracts';
import type { CoreClient } from '#lib/sim';

/** So many orders in a wave of this template from now on. */
export async function allow(core: CoreClient, template: string, ordersMax: number): Promise<void> {
  const { items } = await core.get<Page<WaveTemplateView>>('/waves/templates');
  const known = items.find(({ name }) => name === template);
  if (!known) throw new Error(`there is no template ${template}`);
  const { id, name, filter, limits, thresholds, pipeline, version } = known;
  const body = { name, filter, limits: { ...limits, ordersMax }, thresholds, pipeline, version };
  await core.put(`/waves/templates/${id}`, body);
}
