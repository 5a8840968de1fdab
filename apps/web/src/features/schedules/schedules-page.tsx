import { Badge, Group, Stack, Switch, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Page, ScheduleRunView, ScheduleView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { ListPage } from '../../ui/tower/list-page.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';
import { CutOffPlan } from './cut-off-plan.js';
import { ruleWords } from './rule-words.js';

/** When waves are planned by themselves, what became of the last time, and the plan back from the cut-offs. */
export function SchedulesPage() {
  const { t } = useTranslation();
  const schedules = useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => api.get<Page<ScheduleView>>('/waves/schedules', signal),
    refetchInterval: 10_000,
  });
  return (
    <Stack gap="sm">
      <ListPage
        kind="schedule"
        title={t('Schedules')}
        makes={t('New schedule')}
        empty={t(
          'No schedule yet. A schedule plans waves at fixed times, or when a cut-off says that work must begin.',
        )}
        query={schedules}
        itemsOf={({ items }) => items}
      >
        {(items) => <ScheduleTable schedules={items} />}
      </ListPage>
      <section className="tile">
        <CutOffPlan />
      </section>
    </Stack>
  );
}

function ScheduleTable({ schedules }: { schedules: readonly ScheduleView[] }) {
  const { t } = useTranslation();
  const change = useAct(
    ({ id, active }: Pick<ScheduleView, 'id' | 'name' | 'active'>) =>
      api.patch(`/waves/schedules/${id}`, { active }),
    {
      done: (_, { name, active }) =>
        active
          ? t('Schedule {{name}} plans waves again.', { name })
          : t('Schedule {{name}} rests.', { name }),
      refresh: ['schedules', 'schedule'],
    },
  );
  return (
    <ScrollTable label={t('Schedules')} minWidth={760}>
      <Table.Thead>
        <Table.Tr>
          <Heads titles={[t('Name'), t('Template'), t('When'), t('Next'), t('Last time'), t('Active')]} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {schedules.map((schedule) => (
          <Table.Tr key={schedule.id}>
            <Table.Td>
              <Link to="/waves/schedules/$scheduleId" params={{ scheduleId: schedule.id }}>
                {schedule.name}
              </Link>
            </Table.Td>
            <Table.Td>{schedule.template}</Table.Td>
            <Table.Td>
              {ruleWords(schedule.rule, t)}
              {schedule.planOnly && (
                <Text size="sm" c="dimmed">
                  {t('plans only, a person releases')}
                </Text>
              )}
            </Table.Td>
            <Table.Td>{dayAndTime(schedule.nextAt)}</Table.Td>
            <Table.Td>{schedule.lastRun ? <RunWords run={schedule.lastRun} /> : '–'}</Table.Td>
            <Table.Td>
              <Switch
                checked={schedule.active}
                aria-label={t('Schedule {{name}} is active', { name: schedule.name })}
                onChange={(event) => change.mutate({ ...schedule, active: event.currentTarget.checked })}
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

const COLOURS: Record<ScheduleRunView['state'], string> = {
  due: 'blue',
  done: 'teal',
  nothing: 'gray',
  held: 'orange',
  failed: 'red',
  superseded: 'gray',
};

/** What became of one time that a schedule was due. */
export function RunWords({ run }: { run: ScheduleRunView }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  return (
    <>
      <Group gap={6}>
        <Badge variant="light" tt="none" color={COLOURS[run.state]}>
          {t(`schedule-run ${run.state}`)}
        </Badge>
        {run.waveId && (
          <Link to="/waves/$waveId" params={{ waveId: run.waveId }}>
            {t('Wave {{number}}', { number: run.waveNumber ?? '' })}
          </Link>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {dayAndTime(run.dueAt)}
        {run.released > 0 ? ` · ${t('{{count}} orders', { count: run.released })}` : ''}
        {run.left > 0 ? ` · ${t('{{count}} left over', { count: run.left })}` : ''}
      </Text>
      {run.reasons.map((reason) => (
        <Text key={reason.text} size="sm">
          {words(reason)}
        </Text>
      ))}
    </>
  );
}
