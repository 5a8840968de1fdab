import { Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { Page, WaitingOrderView, WaitingView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, count, dayAndTime } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { Why } from '../../ui/tower/why.js';

/** Every order that is not released has a reason: the reasons with their orders (`?code=`). */
export function WaitingPage() {
  const { t } = useTranslation();
  const { code } = useSearch({ strict: false }) as { code?: string };
  const waiting = useQuery({
    queryKey: ['waiting'],
    queryFn: ({ signal }) => api.get<WaitingView>('/waves/waiting', signal),
    refetchInterval: 10_000,
  });
  return (
    <Stack gap="sm">
      <WaveTabs />
      <Title order={1} size="h2">
        {t('Waiting orders')}
      </Title>
      <QueryState query={waiting}>
        {(view) => (
          <>
            <Text c="dimmed">
              {view.orders === 0
                ? t('No order waits: everything is on the floor or done.')
                : t('{{count}} orders wait. Choose a reason to see which.', { count: view.orders })}
            </Text>
            <Groups view={view} chosen={code ?? null} />
          </>
        )}
      </QueryState>
      {code && <WaitingOrders code={code} />}
    </Stack>
  );
}

function Groups({ view, chosen }: { view: WaitingView; chosen: string | null }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  return (
    <ul className="reasons">
      {view.groups.map((group) => (
        <li key={group.code + group.text}>
          <Link
            to="/waves/waiting"
            search={{ code: group.code } as never}
            aria-current={group.code === chosen ? 'true' : undefined}
          >
            <b>{count(group.orders)}</b>
            <span>
              {words(group)}
              {group.nearestCutOffAt && (
                <small>{t('nearest cut-off {{time}}', { time: dayAndTime(group.nearestCutOffAt) })}</small>
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function WaitingOrders({ code }: { code: string }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  const orders = useInfiniteQuery({
    queryKey: ['waiting', 'orders', code],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ code });
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<WaitingOrderView>>(`/waves/waiting/orders?${query}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  return (
    <QueryState query={orders}>
      {({ pages }) => (
        <>
          <ScrollTable label={t('Waiting orders')} minWidth={760}>
            <Table.Thead>
              <Table.Tr>
                <Heads
                  titles={[
                    t('Reference'),
                    t('Merchant'),
                    t('Service'),
                    t('Cut-off'),
                    t('Lines'),
                    t('Waits because'),
                    t('Why'),
                  ]}
                />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {pages
                .flatMap(({ items }) => items)
                .map((order) => (
                  <Table.Tr key={order.orderId}>
                    <Table.Td>
                      <Link to="/orders/$orderId" params={{ orderId: order.orderId }}>
                        {order.externalRef}
                      </Link>
                    </Table.Td>
                    <Table.Td>{order.merchantCode}</Table.Td>
                    <Table.Td>
                      {order.carrier} {order.service}
                    </Table.Td>
                    <Table.Td>{clockTime(order.cutOffAt)}</Table.Td>
                    <Table.Td>{order.lineCount}</Table.Td>
                    <Table.Td>{words(order.waitingFor)}</Table.Td>
                    <Table.Td>
                      <Why kind="order" id={order.orderId} label={order.externalRef} />
                    </Table.Td>
                  </Table.Tr>
                ))}
            </Table.Tbody>
          </ScrollTable>
          {orders.hasNextPage && (
            <Group>
              <Button
                variant="default"
                loading={orders.isFetchingNextPage}
                onClick={() => void orders.fetchNextPage()}
              >
                {t('More')}
              </Button>
            </Group>
          )}
        </>
      )}
    </QueryState>
  );
}
