import { Button, Group, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import type { CancelWaveBody, TowerLive, WaveProgressView, WaveView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from '../../ui/tower/use-act.js';

/** The newest known progress of a wave that is being planned: as asked for, then as told live. */
export function useWaveProgress(wave: WaveView): WaveProgressView | null {
  const [told, setTold] = useState<WaveProgressView | null>(null);
  useLive<TowerLive, 'tower.wave-progress'>('tower', 'tower.wave-progress', (progress) => {
    if (progress.waveId === wave.id) setTold(progress);
  });
  if (wave.state !== 'planning') return null;
  const isNewer = told !== null && told.fraction >= (wave.progress?.fraction ?? 0);
  return isNewer ? told : wave.progress;
}

/** How far the planning of a wave is, how long it takes yet, and a way to end it. */
export function PlanningBar({ wave }: { wave: WaveView }) {
  const { t } = useTranslation();
  const progress = useWaveProgress(wave);
  const stop = useAct((body: CancelWaveBody) => api.post(`/waves/${wave.id}/cancel`, body), {
    done: (_, { keepBest }) =>
      keepBest
        ? t('Wave {{number}} goes on with the best plan so far.', { number: wave.number })
        : t('Planning of wave {{number}} ends, its orders wait again.', { number: wave.number }),
    refresh: ['waves', 'wave', 'templates'],
  });
  const percent = Math.round(100 * (progress?.fraction ?? 0));
  return (
    <div>
      <Group justify="space-between" gap={6} wrap="nowrap">
        <Text size="sm" truncate>
          {progress?.step
            ? t('{{at}} of {{count}}: {{step}}', {
                at: progress.stepNumber,
                count: progress.stepCount,
                step: t(`step ${progress.step}`),
              })
            : t('Planning begins')}
        </Text>
        <Text size="sm" fw={600} style={{ whiteSpace: 'nowrap' }}>
          {progress?.secondsLeft != null
            ? t('{{seconds}} s left', { seconds: Math.ceil(progress.secondsLeft) })
            : `${percent} %`}
        </Text>
      </Group>
      <Progress
        value={percent}
        striped
        animated
        aria-label={t('Planning of wave {{number}}', { number: wave.number })}
      />
      {progress?.detail && (
        <Text size="sm" c="dimmed">
          {progress.detail}
        </Text>
      )}
      <Group gap={6} mt={8}>
        <Button
          size="compact-sm"
          variant="default"
          loading={stop.isPending && stop.variables.keepBest === true}
          onClick={() => stop.mutate({ keepBest: true })}
        >
          {t('Use the best so far')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          loading={stop.isPending && !stop.variables.keepBest}
          onClick={() => stop.mutate({})}
        >
          {t('Stop')}
        </Button>
      </Group>
    </div>
  );
}
