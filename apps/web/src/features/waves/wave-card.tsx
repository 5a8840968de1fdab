import { Badge, Button, Collapse, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { WaveView } from '#lib/contracts';
import { waveStates } from '#lib/contracts';
import { api } from '../../api/client.js';
import { text, useTranslation } from '../../lib/i18n.js';
import { clockTime, count, span } from '../../ui/tower/format.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Buttons follow the state table: what it does not allow is not offered. */
function actsOf(state: string): { act: string; label: string; primary?: boolean }[] {
  const next = (waveStates as Record<string, readonly string[]>)[state] ?? [];
  const acts: { act: string; label: string; primary?: boolean }[] = [];
  if (next.includes('released')) acts.push({ act: 'release', label: text('Release'), primary: true });
  if (next.includes('locked')) acts.push({ act: 'lock', label: text('Lock') });
  if (state === 'locked') acts.push({ act: 'unlock', label: text('Unlock') });
  if (state === 'failed') acts.push({ act: 'resume', label: text('Try again') });
  if (next.includes('undoing')) acts.push({ act: 'undo', label: text('Undo') });
  if (next.includes('cancelled') && state !== 'undoing') acts.push({ act: 'cancel', label: text('Cancel') });
  return acts;
}

export function WaveCard({ wave }: { wave: WaveView }) {
  const { t } = useTranslation();
  const [open, { toggle }] = useDisclosure(false);
  const act = useAct((name: string) => api.post(`/waves/${wave.id}/${name}`), {
    refresh: ['waves', 'channels', 'templates'],
  });
  const saved =
    wave.summary.naiveWalkMetres && wave.summary.walkMetres !== undefined
      ? 1 - wave.summary.walkMetres / wave.summary.naiveWalkMetres
      : null;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" wrap="nowrap" gap={6}>
        <Text fw={700}>{t('Wave {{number}}', { number: wave.number })}</Text>
        <Badge variant="light" tt="none" color={wave.state === 'failed' ? 'red' : 'teal'}>
          {t(`wave ${wave.state}`)}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed">
        {wave.channel ?? wave.template} · {span(wave.createdAt)}
        {wave.cutOffAt ? ` · ${t('cut-off {{time}}', { time: clockTime(wave.cutOffAt) })}` : ''}
      </Text>
      <Text size="sm">
        {t('{{orders}} orders, {{lines}} lines, {{units}} units', {
          orders: count(wave.orderCount),
          lines: count(wave.lineCount),
          units: count(wave.unitCount),
        })}
      </Text>
      {wave.lineCount > 0 && wave.releasedAt && (
        <Progress
          mt={6}
          value={(100 * wave.pickedLines) / wave.lineCount}
          aria-label={t('Lines picked in wave {{number}}', { number: wave.number })}
        />
      )}
      {wave.summary.walkMetres !== undefined && (
        <Text size="sm" c="dimmed">
          {t('{{runs}} runs, {{metres}} m to walk', {
            runs: count(wave.summary.runs ?? 0),
            metres: count(Math.round(wave.summary.walkMetres)),
          })}
          {saved !== null && saved > 0.005
            ? ` (${t('{{percent}} % less than S-shape', { percent: Math.round(100 * saved) })})`
            : ''}
        </Text>
      )}
      {wave.shortLines > 0 && (
        <Text size="sm" c="var(--mantine-color-orange-light-color)">
          {t('{{count}} lines short', { count: wave.shortLines })}
        </Text>
      )}
      {wave.reason && (
        <Text size="sm" c="red">
          {wave.reason}
        </Text>
      )}
      <Group gap={6} mt="xs">
        {actsOf(wave.state).map((each) => (
          <Button
            key={each.act}
            size="xs"
            variant={each.primary ? 'filled' : 'default'}
            loading={act.isPending && act.variables === each.act}
            onClick={() => act.mutate(each.act)}
          >
            {t(each.label)}
          </Button>
        ))}
        <Button size="xs" variant="subtle" onClick={toggle} aria-expanded={open}>
          {open ? t('Less') : t('Steps')}
        </Button>
      </Group>
      <Collapse expanded={open}>
        <Stack gap={2} mt="xs">
          {wave.steps.map((step) => (
            <Text key={step.name} size="sm">
              <b>{t(`step ${step.name}`)}</b>: {t(`step-state ${step.state}`)}
              {step.durationMs !== null ? ` · ${step.durationMs} ms` : ''}
              {step.log.length > 0 ? ` · ${step.log.at(-1)}` : ''}
            </Text>
          ))}
          {wave.summary.reasons?.map((reason) => (
            <Text key={reason} size="sm" c="dimmed">
              {reason}
            </Text>
          ))}
        </Stack>
      </Collapse>
    </Paper>
  );
}
