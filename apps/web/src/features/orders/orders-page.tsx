import { Badge, Button, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { OrderSummary, Page } from '#lib/contracts';
import { orderStates } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, dayAndTime } from '../../ui/tower/format.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

export function OrdersPage() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [state, setState] = useState<string | null>(null);
  const [search] = useDebouncedValue(text.trim(), 300);
  const orders = useInfiniteQuery({
    queryKey: ['orders', search, state],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      if (search) query.set('q', search);
      if (state) query.set('state', state);
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<OrderSummary>>(`/orders?${query}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('Orders')}
      </Title>
      <Group align="end">
        <TextInput
          label={t('Reference')}
          placeholder={t('Begins with')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label={t('State')}
          placeholder={t('all')}
          clearable
          value={state}
          onChange={setState}
          data={Object.keys(orderStates).map((each) => ({ value: each, label: t(`order ${each}`) }))}
        />
      </Group>
      <QueryState query={orders}>
        {(pages) => {
          const rows = pages.pages.flatMap((page) => page.items);
          return (
            <>
              {rows.length === 0 && (
                <Text c="dimmed">
                  {search || state
                    ? t('No order matches.')
                    : t(
                        'No orders yet. Merchants send them to POST /api/v1/orders; the guide for integrators shows how.',
                      )}
                </Text>
              )}
              {rows.length > 0 && <OrderTable orders={rows} />}
              {orders.hasNextPage && (
                <Button
                  variant="default"
                  loading={orders.isFetchingNextPage}
                  onClick={() => void orders.fetchNextPage()}
                >
                  {t('More')}
                </Button>
              )}
            </>
          );
        }}
      </QueryState>
    </Stack>
  );
}

function OrderTable({ orders }: { orders: OrderSummary[] }) {
  const { t } = useTranslation();
  return (
    <ScrollTable label={t('Orders')} minWidth={720}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('Reference')}</Table.Th>
          <Table.Th>{t('Merchant')}</Table.Th>
          <Table.Th>{t('State')}</Table.Th>
          <Table.Th>{t('Service')}</Table.Th>
          <Table.Th>{t('Cut-off')}</Table.Th>
          <Table.Th ta="right">{t('Lines')}</Table.Th>
          <Table.Th ta="right">{t('Units')}</Table.Th>
          <Table.Th>{t('Received')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {orders.map((order) => (
          <Table.Tr key={order.id}>
            <Table.Td>
              <Link to="/orders/$orderId" params={{ orderId: order.id }}>
                {order.externalRef}
              </Link>
            </Table.Td>
            <Table.Td>{order.merchantCode}</Table.Td>
            <Table.Td>
              <Badge variant="light" tt="none">
                {t(`order ${order.state}`)}
              </Badge>
              {order.waitingFor && (
                <Text size="xs" c="dimmed">
                  {order.waitingFor}
                </Text>
              )}
            </Table.Td>
            <Table.Td>
              {order.carrier} {order.service}
            </Table.Td>
            <Table.Td>{clockTime(order.cutOffAt)}</Table.Td>
            <Table.Td ta="right">{order.lineCount}</Table.Td>
            <Table.Td ta="right">{order.unitCount}</Table.Td>
            <Table.Td>{dayAndTime(order.receivedAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
