import { Badge, Group, Progress, Stack, Text, Title } from '@mantine/core';
import type { BoardView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, count } from '../../ui/tower/format.js';

/** Per cut-off: what is open against what is done, and when it will be finished at today's pace. */
export function CutOffs({ cutOffs }: { cutOffs: BoardView['cutOffs'] }) {
  const { t } = useTranslation();
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {t('Cut-offs')}
      </Title>
      {cutOffs.length === 0 && (
        <Text c="dimmed">{t('No open orders. Orders show up here as soon as merchants send them.')}</Text>
      )}
      <Stack gap="sm">
        {cutOffs.map((cutOff) => {
          const all = cutOff.open + cutOff.packed + cutOff.shipped;
          return (
            <div key={`${cutOff.carrier}|${cutOff.service}|${cutOff.cutOffAt}`}>
              <Group justify="space-between" gap="0 8px">
                <Text fw={600}>
                  {clockTime(cutOff.cutOffAt)} {cutOff.carrier} {cutOff.service}
                </Text>
                <Badge color={cutOff.atRisk ? 'red' : 'teal'} variant="light" tt="none">
                  {cutOff.atRisk ? t('at risk') : t('on time')}
                  {cutOff.projectedAt
                    ? ` · ${t('done {{time}}', { time: clockTime(cutOff.projectedAt) })}`
                    : ''}
                </Badge>
              </Group>
              <Progress.Root size={18} mt={4} aria-label={t('Progress to the cut-off')}>
                <Progress.Section
                  value={all ? (100 * cutOff.shipped) / all : 0}
                  color="teal.7"
                  aria-label={t('shipped')}
                />
                <Progress.Section
                  value={all ? (100 * cutOff.packed) / all : 0}
                  color="teal.4"
                  aria-label={t('packed')}
                />
              </Progress.Root>
              <Text size="sm" c="dimmed">
                {t('{{open}} open, {{packed}} packed, {{shipped}} shipped', {
                  open: count(cutOff.open),
                  packed: count(cutOff.packed),
                  shipped: count(cutOff.shipped),
                })}
              </Text>
            </div>
          );
        })}
      </Stack>
    </>
  );
}
