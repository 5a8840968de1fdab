import { Button, Group, Paper, Popover, Stack, Text, Title } from '@mantine/core';
import { IconKeyboard } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { Page, TowerLive, WaveTemplateView, WaveView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { DryRunDrawer } from './dry-run-drawer.js';
import { PlanWave } from './plan-wave.js';
import { UndoDialog } from './undo-dialog.js';
import { WaveBoard } from './wave-board.js';

/** Waves as columns by state, and beside them a dry run or an undo: both are in the address. */
export function WavesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const isTv = 'tv' in useSearch({ strict: false });
  const waves = useQuery({
    queryKey: ['waves'],
    queryFn: ({ signal }) => api.get<Page<WaveView>>('/waves', signal),
    refetchInterval: 5_000,
  });
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => api.get<Page<WaveTemplateView>>('/waves/templates', signal),
    refetchInterval: 10_000,
  });
  useLive<TowerLive, 'tower.event'>('tower', 'tower.event', (event) => {
    if (event.type.startsWith('waves.')) void client.invalidateQueries({ queryKey: ['waves'] });
  });
  return (
    <Stack gap="sm">
      {!isTv && <WaveTabs />}
      <Group justify="space-between" align="center">
        <Title order={1} size="h2">
          {t('Waves')}
        </Title>
        {!isTv && (
          <Group gap="xs">
            <Keys />
            <QueryState query={templates}>{(page) => <PlanWave templates={page.items} />}</QueryState>
          </Group>
        )}
      </Group>
      <QueryState query={waves}>
        {(page) =>
          page.items.length === 0 ? (
            <NoWaves templates={templates.data?.items ?? []} />
          ) : (
            <WaveBoard waves={page.items} />
          )
        }
      </QueryState>
      <DryRunDrawer waves={waves.data?.items ?? []} />
      <UndoDialog />
    </Stack>
  );
}

function NoWaves({ templates }: { templates: WaveTemplateView[] }) {
  const { t } = useTranslation();
  const matching = Math.max(0, ...templates.map((template) => template.matching));
  return (
    <Paper withBorder p="lg">
      <Text fw={700}>{t('No wave yet.')}</Text>
      <Text c="dimmed">
        {matching > 0
          ? t('{{count}} orders wait. Choose "Plan a wave", or open a channel that releases by itself.', {
              count: matching,
            })
          : t('No order waits for a wave. Orders show up here as soon as merchants send them.')}
      </Text>
    </Paper>
  );
}

/** The keys of the board, for those who never take the hand to the mouse. */
function Keys() {
  const { t } = useTranslation();
  const keys: [string, string][] = [
    ['← → ↑ ↓', t('from wave to wave')],
    ['Enter', t('open the wave')],
    ['D', t('Dry run')],
    ['R', t('Release')],
    ['L', t('Lock or unlock')],
    ['U', t('Undo')],
    ['T', t('Try again')],
    ['␣', t('choose it to merge')],
  ];
  return (
    <Popover position="bottom-end" withinPortal>
      <Popover.Target>
        <Button variant="subtle" leftSection={<IconKeyboard size={18} aria-hidden />}>
          {t('Keys')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <dl className="keys">
          {keys.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Popover.Dropdown>
    </Popover>
  );
}
