import { Anchor, Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { TowerLive, WaveView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { count, dayAndTime } from '../../ui/tower/format.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollBox } from '../../ui/tower/scroll-box.js';
import { useNow } from '../../ui/tower/use-now.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { Explanation } from '../../ui/tower/why.js';
import { DryRunDrawer } from './dry-run-drawer.js';
import { PlanningBar } from './planning-bar.js';
import { TimeLeft } from './time-left.js';
import { UndoDialog } from './undo-dialog.js';
import { useWaveAct } from './use-wave-act.js';
import { WaveActDialogs } from './wave-act-dialogs.js';
import { actsOf } from './wave-acts.js';
import { Blocker } from './wave-card.js';
import { WaveFaults } from './wave-faults.js';
import { WaveProgress } from './wave-progress.js';
import { WaveRuns } from './wave-runs.js';
import { WaveSteps } from './wave-steps.js';

const PLANNING_EVERY_MS = 1_000;
const EVERY_MS = 5_000;

/** One wave: how far it is, its runs on the floor, what stayed behind, and why. */
export function WavePage() {
  const { waveId } = useParams({ strict: false }) as { waveId: string };
  const client = useQueryClient();
  const wave = useQuery({
    queryKey: ['wave', waveId],
    queryFn: ({ signal }) => api.get<WaveView>(`/waves/${waveId}`, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'planning' ? PLANNING_EVERY_MS : EVERY_MS),
  });
  useLive<TowerLive, 'tower.event'>('tower', 'tower.event', (event) => {
    if (event.type.startsWith('waves.')) void client.invalidateQueries({ queryKey: ['wave', waveId] });
  });
  return (
    <Stack gap="sm">
      <WaveTabs />
      <QueryState query={wave}>{(view) => <Wave wave={view} />}</QueryState>
    </Stack>
  );
}

function Wave({ wave }: { wave: WaveView }) {
  const { t } = useTranslation();
  const hasRuns = !['draft', 'planning', 'failed'].includes(wave.state);
  return (
    <>
      <WaveHead wave={wave} />
      {hasRuns && <WaveRuns waveId={wave.id} />}
      <div className="board">
        <section className="tile half">
          <Title order={2} size="h4" mb="xs">
            {t('Steps')}
          </Title>
          <WaveSteps wave={wave} />
        </section>
        <section className="tile half">
          <Title order={2} size="h4" mb="xs">
            {t('Why?')}
          </Title>
          <ScrollBox className="wave-why" label={t('Why?')}>
            <Explanation kind="wave" id={wave.id} />
          </ScrollBox>
        </section>
        {wave.faultCount > 0 && (
          <section className="tile">
            <Title order={2} size="h4" mb="xs">
              {t('What stays behind')}
            </Title>
            <WaveFaults waveId={wave.id} />
          </section>
        )}
      </div>
      <DryRunDrawer waves={[wave]} />
      <UndoDialog />
    </>
  );
}

function WaveHead({ wave }: { wave: WaveView }) {
  const { t } = useTranslation();
  const now = useNow();
  const acts = useWaveAct();
  const busy = acts.busyOf(wave);
  const blocker = wave.blocker ?? wave.reason;
  const isOver = wave.state === 'completed' || wave.state === 'cancelled';
  return (
    <section className="tile">
      <Group justify="space-between" align="start">
        <div>
          <Group gap="sm">
            <Title order={1} size="h2">
              {t('Wave {{number}}', { number: wave.number })}
            </Title>
            <Badge size="lg" variant="light" tt="none" color={wave.state === 'failed' ? 'red' : 'teal'}>
              {t(`wave ${wave.state}`)}
            </Badge>
          </Group>
          <Text c="dimmed">
            {wave.channel ? `${wave.channel} · ` : ''}
            <Anchor
              component={Link}
              underline="always"
              to="/waves/templates/$templateId"
              params={{ templateId: wave.templateId } as never}
            >
              {wave.template}
            </Anchor>{' '}
            · {dayAndTime(wave.createdAt)}
          </Text>
          {wave.cutOffAt && <TimeLeft cutOffAt={wave.cutOffAt} now={now} over={isOver} />}
          <Text>
            {t('{{orders}} orders, {{lines}} lines, {{units}} units', {
              orders: count(wave.orderCount),
              lines: count(wave.lineCount),
              units: count(wave.unitCount),
            })}
          </Text>
        </div>
        <Group gap="xs">
          {actsOf(wave.state).map((act) => (
            <Button
              key={act.name}
              variant={act.primary ? 'filled' : 'default'}
              color={act.name === 'cancel' ? 'red' : undefined}
              loading={busy === act.name}
              onClick={() => acts.act(wave, act.name)}
            >
              {t(act.label)}
            </Button>
          ))}
        </Group>
      </Group>
      {blocker && <Blocker wave={wave} words={blocker} />}
      {wave.state === 'planning' && <PlanningBar wave={wave} />}
      {wave.releasedAt && wave.state !== 'cancelled' && <WaveProgress wave={wave} />}
      <WaveActDialogs acts={acts} />
    </section>
  );
}
