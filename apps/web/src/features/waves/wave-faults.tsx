import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Page, WaveFaultView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

/** Every line and order that the wave could not take, all at once, each with its reason. */
export function WaveFaults({ waveId }: { waveId: string }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  const faults = useQuery({
    queryKey: ['wave', waveId, 'faults'],
    queryFn: ({ signal }) => api.get<Page<WaveFaultView>>(`/waves/${waveId}/faults`, signal),
  });
  return (
    <QueryState query={faults}>
      {({ items, next }) => (
        <>
          <ScrollTable label={t('What stays behind')} minWidth={640}>
            <Table.Thead>
              <Table.Tr>
                <Heads
                  titles={[t('Order'), t('Item'), t('Missing'), t('Step'), t('Why'), t('Waves tried')]}
                />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((fault) => (
                <Table.Tr key={`${fault.orderId}${fault.orderLineId}${fault.step}${fault.reason.code}`}>
                  <Table.Td>
                    <Link to="/orders/$orderId" params={{ orderId: fault.orderId }}>
                      {fault.externalRef}
                    </Link>
                  </Table.Td>
                  <Table.Td>{fault.sku ?? ''}</Table.Td>
                  <Table.Td>{fault.missing ?? ''}</Table.Td>
                  <Table.Td>{t(`step ${fault.step}`)}</Table.Td>
                  <Table.Td>{words(fault.reason)}</Table.Td>
                  <Table.Td>{t('{{count}} of 5', { count: fault.attempts })}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </ScrollTable>
          {next && (
            <Text size="sm" c="dimmed">
              {t('The first {{count}} are shown.', { count: items.length })}
            </Text>
          )}
        </>
      )}
    </QueryState>
  );
}
