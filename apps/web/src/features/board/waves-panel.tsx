import { Badge, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { WaveView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { span } from '../../ui/tower/format.js';

export const WAVE_COLOURS: Record<string, string> = {
  planning: 'blue',
  planned: 'indigo',
  locked: 'grape',
  released: 'cyan',
  'in-progress': 'teal',
  completed: 'gray',
  failed: 'red',
  undoing: 'orange',
  cancelled: 'gray',
  draft: 'gray',
};

/** The waves on the floor, each with how far its lines are. */
export function WavesPanel({ waves, shown }: { waves: WaveView[]; shown: number }) {
  const { t } = useTranslation();
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t('Waves')}
        </Title>
        <Link to="/waves">{t('All waves')}</Link>
      </Group>
      {waves.length === 0 && (
        <Text c="dimmed">
          {t('No wave is on the floor. Plan one under Waves, or open a release channel.')}
        </Text>
      )}
      <Stack gap="xs">
        {waves.slice(0, shown).map((wave) => (
          <div key={wave.id}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text truncate>
                <b>{t('Wave {{number}}', { number: wave.number })}</b> · {wave.channel ?? wave.template}
              </Text>
              <Group gap={6} wrap="nowrap">
                <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                  {wave.pickedLines}/{wave.lineCount} · {span(wave.createdAt)}
                </Text>
                <Badge variant="light" color={WAVE_COLOURS[wave.state] ?? 'gray'} tt="none">
                  {t(`wave ${wave.state}`)}
                </Badge>
              </Group>
            </Group>
            <Progress
              mt={2}
              value={wave.lineCount ? (100 * wave.pickedLines) / wave.lineCount : 0}
              color={WAVE_COLOURS[wave.state] ?? 'gray'}
              aria-label={t('Lines picked in wave {{number}}', { number: wave.number })}
            />
          </div>
        ))}
      </Stack>
    </>
  );
}
