import { Anchor, Badge, Progress, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { Page, WaveRunView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { Why } from '../../ui/tower/why.js';
import { RunRoute } from './run-route.js';

/** The runs of a wave; the one chosen (`?run=`) is drawn on the floor map beside the list. */
export function WaveRuns({ waveId }: { waveId: string }) {
  const { t } = useTranslation();
  const { run: chosen } = useSearch({ strict: false }) as { run?: string };
  const runs = useQuery({
    queryKey: ['wave-runs', waveId],
    queryFn: ({ signal }) => api.get<Page<WaveRunView>>(`/waves/${waveId}/runs`, signal),
    refetchInterval: 5_000,
  });
  return (
    <QueryState query={runs}>
      {({ items }) => {
        const shown =
          items.find(({ id }) => id === chosen) ??
          items.find(({ state }) => state !== 'cancelled') ??
          items[0];
        if (!shown) return <Text c="dimmed">{t('This wave has no runs.')}</Text>;
        return (
          <div className="runs-and-map">
            <section className="tile">
              <Title order={2} size="h4" mb="xs">
                {t('Runs')}
              </Title>
              <RunTable runs={items} shownId={shown.id} />
              {items.some((run) => percentSaved(run) > 0) && (
                <Text size="sm" c="dimmed" mt="xs">
                  {t('Less: than first come, S-shape.')}
                </Text>
              )}
            </section>
            <section className="tile">
              <RunRoute waveId={waveId} run={shown} />
            </section>
          </div>
        );
      }}
    </QueryState>
  );
}

function RunTable({ runs, shownId }: { runs: WaveRunView[]; shownId: string }) {
  const { t } = useTranslation();
  return (
    <ScrollTable label={t('Runs')} minWidth={440}>
      <Table.Thead>
        <Table.Tr>
          <Heads titles={[t('Run'), t('State'), t('Picker'), t('Stops'), t('Walk')]} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Table.Tr key={run.id} bg={run.id === shownId ? 'var(--mantine-primary-color-light)' : undefined}>
            <Table.Td>
              <Anchor
                component={Link}
                to="."
                search={((now: object) => ({ ...now, run: run.id })) as never}
                aria-current={run.id === shownId ? 'true' : undefined}
                resetScroll={false}
              >
                {t('Run {{number}}', { number: run.number })}
              </Anchor>
              <Text size="sm" c="dimmed">
                {run.zone
                  ? t('zone {{zone}}, part {{leg}}', { zone: run.zone, leg: (run.leg ?? 0) + 1 })
                  : t('{{count}} orders', { count: run.orders })}
              </Text>
              <Why kind="run" id={run.id} label={t('Run {{number}}', { number: run.number })} />
            </Table.Td>
            <Table.Td>
              <Badge variant="light" tt="none" color={run.state === 'cancelled' ? 'gray' : 'teal'}>
                {t(`run ${run.state}`)}
              </Badge>
            </Table.Td>
            <Table.Td>
              {run.picker ?? '–'}
              {run.cart && (
                <Text size="sm" c="dimmed">
                  {run.cart}
                </Text>
              )}
            </Table.Td>
            <Table.Td>
              {run.doneStops}/{run.stops}
              <Progress
                value={run.stops === 0 ? 0 : (100 * run.doneStops) / run.stops}
                aria-label={t('Stops of run {{number}}', { number: run.number })}
              />
            </Table.Td>
            <Table.Td>
              {t('{{metres}} m', { metres: count(Math.round(run.walkMetres)) })}
              <Saved run={run} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function Saved({ run }: { run: WaveRunView }) {
  const { t } = useTranslation();
  const percent = percentSaved(run);
  if (percent <= 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {t('{{percent}} % less', { percent })}
    </Text>
  );
}

/** Of the walk that the same orders would take first come, in S-shape. */
function percentSaved({ walkMetres, naiveWalkMetres }: WaveRunView): number {
  return naiveWalkMetres > 0 ? Math.round(100 * (1 - walkMetres / naiveWalkMetres)) : 0;
}
