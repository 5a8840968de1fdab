import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { OverrideView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime } from '../../ui/tower/format.js';
import { useAct } from '../../ui/tower/use-act.js';

/** What supervisors set against the rules: who, since when, until when and why; and what ended last. */
export function OverridesPanel({ overrides }: { overrides: OverrideView[] }) {
  const { t } = useTranslation();
  const held = overrides.filter(({ endedAt }) => endedAt === null);
  const ended = overrides.filter(({ endedAt }) => endedAt !== null);
  return (
    <section aria-label={t('Overrides')}>
      <Title order={2} size="h4" mb="xs">
        {t('Overrides')}
      </Title>
      {held.length === 0 && <Text c="dimmed">{t('None. The conveyor runs by its rules.')}</Text>}
      <Stack gap="xs">
        {held.map((override) => (
          <Held key={override.id} override={override} />
        ))}
      </Stack>
      {ended.length > 0 && (
        <details>
          <summary>{t('Ended')}</summary>
          <ul className="sorter-duties">
            {ended.map((override) => (
              <li key={override.id}>
                {clockTime(override.setAt)} – {clockTime(override.endedAt)}{' '}
                <strong>{t(`override ${override.kind}`)}</strong> {override.subject}
                {override.lane && ` → ${override.lane}`}, {override.setBy}: {override.reason} (
                {override.endedBecause})
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Held({ override }: { override: OverrideView }) {
  const { t } = useTranslation();
  const end = useAct(() => api.post(`/flow/overrides/${override.id}/end`, { reason: t('ended by hand') }), {
    done: t('Ended.'),
    refresh: ['sorter', 'board'],
  });
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <div style={{ flex: '1 1 240px', minWidth: 0 }}>
          <Text fw={700}>
            {t(`override ${override.kind}`)}: {override.subject}
            {override.lane && ` → ${override.lane}`}
          </Text>
          <Text>{override.reason}</Text>
          <Text size="sm" c="dimmed">
            {override.setBy} · {t('since {{time}}', { time: clockTime(override.setAt) })}
            {override.expiresAt && ` · ${t('until {{time}}', { time: clockTime(override.expiresAt) })}`}
          </Text>
        </div>
        <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          {t('End it')}
        </Button>
      </Group>
    </Paper>
  );
}
