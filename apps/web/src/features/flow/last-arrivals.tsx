import { Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SorterArrival } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime } from '../../ui/tower/format.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

/** The last parcels at the scan points: what was read, where each was sent and where it went. */
export function LastArrivals({ arrivals }: { arrivals: SorterArrival[] }) {
  const { t } = useTranslation();
  return (
    <div>
      <Title order={2} size="h4" mb="xs">
        {t('Last parcels')}
      </Title>
      {arrivals.length === 0 ? (
        <Text c="dimmed">{t('None yet. Parcels appear here as soon as a scan point sees them.')}</Text>
      ) : (
        <ScrollTable label={t('Last parcels')} minWidth={720}>
          <Table.Thead>
            <Table.Tr>
              {[t('Time'), t('Point'), t('Code'), t('Sent to'), t('Went to'), t('Why')].map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {arrivals.map((arrival) => (
              <ArrivalRow key={`${arrival.at}${arrival.point}${arrival.code}`} arrival={arrival} />
            ))}
          </Table.Tbody>
        </ScrollTable>
      )}
    </div>
  );
}

function ArrivalRow({ arrival }: { arrival: SorterArrival }) {
  const { t } = useTranslation();
  const strayed =
    arrival.actual !== null && arrival.commanded !== null && arrival.actual !== arrival.commanded;
  return (
    <Table.Tr>
      <Table.Td>{clockTime(arrival.at, true)}</Table.Td>
      <Table.Td>{arrival.point}</Table.Td>
      <Table.Td className="mono">
        {arrival.parcelId ? (
          <Link to="/story" search={{ parcel: arrival.parcelId } as never}>
            {arrival.code}
          </Link>
        ) : (
          (arrival.code ?? t('because no-read'))
        )}
      </Table.Td>
      <Table.Td>{arrival.commanded ?? '–'}</Table.Td>
      <Table.Td>
        <Text component="span" size="sm" fw={strayed ? 700 : undefined} c={strayed ? 'red.8' : undefined}>
          {arrival.state === 'lost' ? t('lost') : (arrival.actual ?? t('on its way'))}
        </Text>
      </Table.Td>
      <Table.Td>{arrival.because ? t(`because ${arrival.because}`) : ''}</Table.Td>
    </Table.Tr>
  );
}
