import { Button, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { MerchantView, Page, StockView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

/** How much of an item there is, how much is promised, and where it lies. */
export function StockPage() {
  const { t } = useTranslation();
  const [merchant, setMerchant] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [sku] = useDebouncedValue(text.trim(), 300);
  const merchants = useQuery({
    queryKey: ['merchants'],
    queryFn: ({ signal }) => api.get<Page<MerchantView>>('/merchants', signal),
  });
  const stock = useQuery({
    queryKey: ['stock', merchant, sku],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams();
      if (merchant) query.set('merchant', merchant);
      if (sku) query.set('sku', sku);
      return api.get<Page<StockView>>(`/inventory/stock?${query}`, signal);
    },
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('Stock')}
        </Title>
        <Button component={Link} to="/stock/slotting" variant="default">
          {t('Better places')}
        </Button>
      </Group>
      <Group align="end">
        <Select
          label={t('Merchant')}
          placeholder={t('all')}
          clearable
          value={merchant}
          onChange={setMerchant}
          data={merchants.data?.items.map((each) => ({ value: each.code, label: each.name })) ?? []}
        />
        <TextInput
          label={t('Item')}
          placeholder={t('Begins with')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      <QueryState query={stock}>
        {(page) =>
          page.items.length === 0 ? (
            <Text c="dimmed">
              {t('No stock matches. Goods appear here when they are received and put away.')}
            </Text>
          ) : (
            <ScrollTable label={t('Stock')} minWidth={680}>
              <Table.Thead>
                <Table.Tr>
                  <Heads
                    titles={[
                      t('Item'),
                      t('Merchant'),
                      t('On hand'),
                      t('Promised'),
                      t('Available'),
                      t('Where'),
                    ]}
                  />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {page.items.map((row) => (
                  <Table.Tr key={row.merchantCode + row.sku}>
                    <Table.Td>
                      {row.sku}
                      <Text size="xs" c="dimmed">
                        {row.name}
                      </Text>
                    </Table.Td>
                    <Table.Td>{row.merchantCode}</Table.Td>
                    <Table.Td>{count(row.onHand)}</Table.Td>
                    <Table.Td>{count(row.promised)}</Table.Td>
                    <Table.Td>{count(row.available)}</Table.Td>
                    <Table.Td>
                      <Text size="sm">
                        {row.places
                          .slice(0, 4)
                          .map((place) => `${place.account} ${place.quantity}`)
                          .join(', ')}
                        {row.places.length > 4 ? ` +${row.places.length - 4}` : ''}
                      </Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </ScrollTable>
          )
        }
      </QueryState>
    </Stack>
  );
}
