import { Badge, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CutOffPlanView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

/** What the cut-offs ask of the floor: latest starts, orders at risk, people needed, at the rates measured. */
export function CutOffPlan() {
  const { t } = useTranslation();
  const plan = useQuery({
    queryKey: ['cut-off-plan'],
    queryFn: ({ signal }) => api.get<CutOffPlanView>('/waves/cut-offs', signal),
    refetchInterval: 15_000,
  });
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {t('Back from the cut-offs')}
      </Title>
      <QueryState query={plan}>
        {(view) => (
          <>
            {view.cutOffs.length === 0 ? (
              <Text c="dimmed">{t('No waiting order has a cut-off.')}</Text>
            ) : (
              <CutOffTable view={view} />
            )}
            <Rates view={view} />
          </>
        )}
      </QueryState>
    </>
  );
}

function CutOffTable({ view }: { view: CutOffPlanView }) {
  const { t } = useTranslation();
  return (
    <ScrollTable label={t('Back from the cut-offs')} minWidth={680}>
      <Table.Thead>
        <Table.Tr>
          <Heads
            titles={[t('Cut-off'), t('Service'), t('Waiting'), t('Start by'), t('Risk'), t('People needed')]}
          />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {view.cutOffs.map((cutOff) => (
          <Table.Tr key={`${cutOff.carrier}|${cutOff.service}|${cutOff.cutOffAt}`}>
            <Table.Td>{clockTime(cutOff.cutOffAt)}</Table.Td>
            <Table.Td>
              {cutOff.carrier} {cutOff.service}
            </Table.Td>
            <Table.Td>{count(cutOff.waiting)}</Table.Td>
            <Table.Td>{clockTime(cutOff.startBy)}</Table.Td>
            <Table.Td>
              <Group gap={4}>
                {cutOff.late > 0 && (
                  <Badge color="red" variant="light" tt="none">
                    {t('{{count}} late', { count: cutOff.late })}
                  </Badge>
                )}
                {cutOff.atRisk > 0 && (
                  <Badge color="orange" variant="light" tt="none">
                    {t('{{count}} at risk', { count: cutOff.atRisk })}
                  </Badge>
                )}
                {cutOff.safe > 0 && (
                  <Badge color="teal" variant="light" tt="none">
                    {t('{{count}} safe', { count: cutOff.safe })}
                  </Badge>
                )}
              </Group>
            </Table.Td>
            <Table.Td>
              {cutOff.needs
                .filter((need) => need.peopleNeeded === null || need.peopleNeeded > need.people)
                .map((need) =>
                  t('{{stage}}: {{needed}}, {{people}} there', {
                    stage: t(`bottleneck ${need.stage}`),
                    needed: need.peopleNeeded ?? t('never enough'),
                    people: need.people,
                  }),
                )
                .join('; ') || t('enough')}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function Rates({ view }: { view: CutOffPlanView }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" c="dimmed" mt="xs">
      {view.stages
        .map((stage) =>
          t('{{stage}} {{rate}} orders an hour ({{basis}})', {
            stage: t(`bottleneck ${stage.stage}`),
            rate: count(Math.round(stage.ordersPerHour)),
            basis:
              stage.measuredMinutes > 0
                ? t('measured over {{count}} min', { count: stage.measuredMinutes })
                : t('the site’s usual rate'),
          }),
        )
        .join(' · ')}
    </Text>
  );
}
