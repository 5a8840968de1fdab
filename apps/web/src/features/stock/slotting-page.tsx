import { Anchor, Card, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { SlottingChainView, SlottingView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';

const DAYS = ['7', '14', '28'];

/** Which goods should lie nearer, and the walk that it would save: advice, nothing is moved from here. */
export function SlottingPage() {
  const { t } = useTranslation();
  const [days, setDays] = useState('14');
  const advice = useQuery({
    queryKey: ['slotting', days],
    queryFn: ({ signal }) => api.get<SlottingView>(`/waves/slotting?days=${days}`, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Stack>
      <Anchor component={Link} to="/stock">
        {t('Stock')}
      </Anchor>
      <Title order={1} size="h2">
        {t('Better places')}
      </Title>
      <Select
        label={t('Picks of the last')}
        value={days}
        onChange={(value) => setDays(value ?? '14')}
        data={DAYS.map((each) => ({ value: each, label: t('{{count}} days', { count: Number(each) }) }))}
        allowDeselect={false}
        w={200}
      />
      <QueryState query={advice}>
        {(view) => (
          <Stack>
            <Text>{view.chains.length === 0 ? t('Nothing is worth moving now.') : summary(view, t)}</Text>
            {view.chains.map((chain) => (
              <Chain key={`${chain.moves[0]?.from} ${chain.moves[0]?.to}`} chain={chain} />
            ))}
          </Stack>
        )}
      </QueryState>
    </Stack>
  );
}

function summary(view: SlottingView, t: ReturnType<typeof useTranslation>['t']): string {
  return t('Pickers would walk {{metres}} m less a day. A move is reckoned as {{cost}} m of walk.', {
    metres: count(Math.round(view.savedMetresPerDay)),
    cost: count(view.moveCostMetres),
  });
}

function Chain({ chain }: { chain: SlottingChainView }) {
  const { t } = useTranslation();
  const saved = t('{{metres}} m less a day', { metres: count(Math.round(chain.savedMetresPerDay)) });
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" mb="xs">
        <Text fw={600}>{saved}</Text>
        {chain.circle && (
          <Text size="sm" c="dimmed">
            {t('A circle: set the first goods aside until their place is free.')}
          </Text>
        )}
      </Group>
      <ScrollTable label={saved} minWidth={520}>
        <Table.Thead>
          <Table.Tr>
            <Heads titles={[t('Item'), t('Merchant'), t('Move'), t('Picks a day'), t('Walk saved a day')]} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {chain.moves.map((move) => (
            <Table.Tr key={move.from}>
              <Table.Td>
                {move.sku}
                <Text size="xs" c="dimmed">
                  {move.name}
                </Text>
              </Table.Td>
              <Table.Td>{move.merchantCode}</Table.Td>
              <Table.Td>
                <Group gap={4} wrap="nowrap">
                  {move.from} <IconArrowRight size={14} aria-label={t('to')} /> {move.to}
                </Group>
              </Table.Td>
              <Table.Td>{move.picksPerDay}</Table.Td>
              <Table.Td>{t('{{metres}} m', { metres: move.savedMetresPerDay })}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}
