import { Button, Group, Paper, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect } from 'react';
import type { MergeWaves, WaveView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { count } from '../../ui/tower/format.js';
import { useAct } from '../../ui/tower/use-act.js';

/** What chosen waves come to together, and the merge itself: the later ones go into the first. */
export function MergeBar(props: { waves: WaveView[]; onDone: () => void; onMerged: () => void }) {
  const { t } = useTranslation();
  const { ref, height } = useElementSize();
  useMessagesAbove(height);
  const [first, ...others] = props.waves.toSorted((one, two) => one.number - two.number);
  const merge = useAct(
    async () => {
      const body: MergeWaves = { waveIds: [first, ...others].flatMap((wave) => wave?.id ?? []) };
      await api.post('/waves/merge', body);
      props.onDone();
      props.onMerged();
    },
    { done: t('The waves are one now.'), refresh: ['waves', 'wave', 'dry-run'] },
  );
  if (!first) return null;
  const sum = (of: (wave: WaveView) => number): string =>
    count(props.waves.reduce((total, wave) => total + of(wave), 0));
  return (
    <Paper className="merge-bar" shadow="lg" withBorder p="sm" role="region" aria-label={t('Merge waves')}>
      <Group ref={ref} justify="space-between" gap="sm">
        <Text>
          {others.length === 0
            ? t('Wave {{number}} is chosen. Choose another one to merge them.', { number: first.number })
            : t('{{waves}} become wave {{number}}: {{orders}} orders, {{lines}} lines, {{units}} units', {
                waves: props.waves.map(({ number }) => number).join(' + '),
                number: first.number,
                orders: sum((wave) => wave.orderCount),
                lines: sum((wave) => wave.lineCount),
                units: sum((wave) => wave.unitCount),
              })}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={props.onDone}>
            {t('Clear')}
          </Button>
          <Button disabled={others.length === 0} loading={merge.isPending} onClick={() => merge.mutate()}>
            {t('Merge')}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}

/** What lies around the bar's content: its padding, its border, and the distance to the messages. */
const AROUND_PX = 40;

/** Messages rise above the bar as long as it is there: they would lie on its buttons. */
function useMessagesAbove(height: number): void {
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty('--messages-rise', `${height + AROUND_PX}px`);
    return () => void style.removeProperty('--messages-rise');
  }, [height]);
}
