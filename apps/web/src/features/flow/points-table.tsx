import { Badge, Button, Table, Text, Title } from '@mantine/core';
import type { SorterPoint } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { count } from '../../ui/tower/format.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import type { Wanted } from './wanted.js';

/** Scan points: whether they decide or are in their safe state, and their last hour. */
export function PointsTable(props: { points: SorterPoint[]; onOverride: (wanted: Wanted) => void }) {
  const { t } = useTranslation();
  if (props.points.length === 0) return null;
  return (
    <section aria-label={t('Scan points')}>
      <Title order={2} size="h4" mb="xs">
        {t('Scan points')}
      </Title>
      <ScrollTable label={t('Scan points in the last hour')} minWidth={860}>
        <Table.Thead>
          <Table.Tr>
            {[
              t('Point'),
              t('State'),
              t('Seen'),
              t('No-reads'),
              t('Round again'),
              t('Rejected'),
              t('Not obeyed'),
              t('Checks failed'),
              t('Too late'),
              t('Decided in (p50 / p99)'),
            ].map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.points.map((point) => (
            <PointRow key={point.code} point={point} onOverride={props.onOverride} />
          ))}
        </Table.Tbody>
      </ScrollTable>
    </section>
  );
}

function PointRow({ point, onOverride }: { point: SorterPoint; onOverride: (wanted: Wanted) => void }) {
  const { t } = useTranslation();
  const { lastHour: hour, state } = point;
  const time =
    hour.decisionP50Ms === null
      ? '–'
      : `${hour.decisionP50Ms.toFixed(1)} / ${(hour.decisionP99Ms ?? 0).toFixed(1)} ms`;
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={700}>{point.code}</Text>
        <Text size="xs" c="dimmed">
          {[point.device, ...point.checks].join(', ')}
        </Text>
      </Table.Td>
      <Table.Td style={{ maxWidth: 320 }}>
        <Badge variant="light" tt="none" color={state === 'working' ? 'teal' : 'red'}>
          {t(`point ${state}`)}
        </Badge>
        {point.because && <Text size="xs">{point.because}</Text>}
      </Table.Td>
      {[
        hour.seen,
        hour.noReads,
        hour.recirculated,
        hour.rejected,
        hour.misDiverted,
        hour.checkFaults,
        hour.late,
      ].map((value, at) => (
        <Table.Td key={at}>{count(value)}</Table.Td>
      ))}
      <Table.Td>{time}</Table.Td>
      <Table.Td>
        {state !== 'forced-safe' && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onOverride({ kind: 'point-safe', subject: point.code })}
          >
            {t('Safe state …')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
