import { Group, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ChannelView, Page, TowerLive, WaveTemplateView, WaveView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { text, useTranslation } from '../../lib/i18n.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { Channels } from './channels.js';
import { PlanWave } from './plan-wave.js';
import { WaveCard } from './wave-card.js';

const COLUMNS: { title: string; states: string[] }[] = [
  { title: text('Planning'), states: ['draft', 'planning', 'failed'] },
  { title: text('Ready to release'), states: ['planned', 'locked'] },
  { title: text('On the floor'), states: ['released', 'in-progress', 'undoing'] },
  { title: text('Finished'), states: ['completed', 'cancelled'] },
];

/** Waves as columns by state, the templates to plan from, and the channels that release by themselves. */
export function WavesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const waves = useQuery({
    queryKey: ['waves'],
    queryFn: ({ signal }) => api.get<Page<WaveView>>('/waves', signal),
    refetchInterval: 5_000,
  });
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => api.get<{ items: WaveTemplateView[] }>('/waves/templates', signal),
    refetchInterval: 10_000,
  });
  const channels = useQuery({
    queryKey: ['channels'],
    queryFn: ({ signal }) => api.get<{ items: ChannelView[] }>('/waves/channels', signal),
    refetchInterval: 5_000,
  });
  useLive<TowerLive, 'tower.event'>('tower', 'tower.event', (event) => {
    if (event.type.startsWith('waves.')) void client.invalidateQueries({ queryKey: ['waves'] });
  });
  return (
    <Stack>
      <Group justify="space-between" align="center">
        <Title order={1} size="h2">
          {t('Waves')}
        </Title>
        <QueryState query={templates}>{(page) => <PlanWave templates={page.items} />}</QueryState>
      </Group>
      <section className="tile">
        <Title order={2} size="h4" mb="xs">
          {t('Release channels')}
        </Title>
        <QueryState query={channels}>{(page) => <Channels channels={page.items} />}</QueryState>
      </section>
      <QueryState query={waves}>
        {(page) => (
          <div className="kanban">
            {COLUMNS.map((column) => {
              const here = page.items.filter((wave) => column.states.includes(wave.state)).slice(0, 20);
              return (
                <section key={column.title} aria-label={t(column.title)}>
                  <Title order={2} size="h5" mb="xs">
                    {t(column.title)}{' '}
                    <Text component="span" c="dimmed">
                      {here.length}
                    </Text>
                  </Title>
                  <Stack gap="xs">
                    {here.length === 0 && (
                      <Text size="sm" c="dimmed">
                        {t('none')}
                      </Text>
                    )}
                    {here.map((wave) => (
                      <WaveCard key={wave.id} wave={wave} />
                    ))}
                  </Stack>
                </section>
              );
            })}
          </div>
        )}
      </QueryState>
    </Stack>
  );
}
