import { Anchor, Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { OrderView } from '#lib/contracts';
import { orderStates } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';
import { Why } from '../../ui/tower/why.js';

export function OrderPage() {
  const { orderId } = useParams({ strict: false }) as { orderId: string };
  const order = useQuery({
    queryKey: ['order', orderId],
    queryFn: ({ signal }) => api.get<OrderView>(`/orders/${orderId}`, signal),
    refetchInterval: 5_000,
  });
  return <QueryState query={order}>{(view) => <Order order={view} />}</QueryState>;
}

function Order({ order }: { order: OrderView }) {
  const { t } = useTranslation();
  const [asking, ask] = useDisclosure(false);
  const cancel = useAct(
    () => api.post(`/orders/${order.id}/cancel`, { reason: 'cancelled in the control tower' }),
    {
      done: t('The order is cancelled.'),
      refresh: ['order', 'orders'],
    },
  );
  const mayCancel = (orderStates as Record<string, readonly string[]>)[order.state]?.includes('cancelled');
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            {order.externalRef}
          </Title>
          <Text c="dimmed">
            {order.merchantCode} · {order.carrier} {order.service} ·{' '}
            {t('cut-off {{time}}', { time: dayAndTime(order.cutOffAt) })}
          </Text>
        </div>
        <Group>
          <Badge size="lg" variant="light" tt="none">
            {t(`order ${order.state}`)}
          </Badge>
          <Anchor component={Link} to="/story" search={{ order: order.id } as never}>
            {t('Its way')}
          </Anchor>
          <Why kind="order" id={order.id} label={order.externalRef} />
          {mayCancel && (
            <Button variant="default" color="red" onClick={ask.open}>
              {t('Cancel order')}
            </Button>
          )}
        </Group>
      </Group>
      {(order.waitingFor || order.reason) && <Text>{order.waitingFor ?? order.reason}</Text>}
      <section className="tile">
        <Title order={2} size="h4">
          {t('Lines')}
        </Title>
        <ScrollTable label={t('Lines')} minWidth={640}>
          <Table.Thead>
            <Table.Tr>
              <Heads
                titles={[
                  t('Item'),
                  t('Ordered'),
                  t('Reserved'),
                  t('Picked'),
                  t('Packed'),
                  t('Shipped'),
                  t('State'),
                ]}
              />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {order.lines.map((line) => (
              <Table.Tr key={line.id}>
                <Table.Td>
                  {line.sku}
                  <Text size="xs" c="dimmed">
                    {line.name}
                  </Text>
                </Table.Td>
                <Table.Td>{line.ordered}</Table.Td>
                <Table.Td>{line.reserved}</Table.Td>
                <Table.Td>{line.picked}</Table.Td>
                <Table.Td>{line.packed}</Table.Td>
                <Table.Td>{line.shipped}</Table.Td>
                <Table.Td>
                  {t(`line ${line.state}`)}
                  {line.reason && (
                    <Text size="xs" c="dimmed">
                      {line.reason}
                    </Text>
                  )}
                  <br />
                  <Why kind="line" id={line.id} label={line.sku} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollTable>
      </section>
      <div className="board">
        <section className="tile half">
          <Title order={2} size="h4">
            {t('Consignee')}
          </Title>
          <Text style={{ whiteSpace: 'pre-line' }}>
            {[
              order.consignee.name,
              order.consignee.company,
              order.consignee.street,
              order.consignee.street2,
              `${order.consignee.postcode} ${order.consignee.city}`,
              order.consignee.country,
            ]
              .filter(Boolean)
              .join('\n')}
          </Text>
        </section>
        <section className="tile half">
          <Title order={2} size="h4">
            {t('Parcels')}
          </Title>
          {order.parcels.length === 0 && <Text c="dimmed">{t('None packed yet.')}</Text>}
          {order.parcels.map((parcel) => (
            <Group key={parcel.id} gap="xs">
              <Anchor component={Link} to="/story" search={{ parcel: parcel.id } as never} className="mono">
                {parcel.trackingNumber ?? parcel.sscc ?? t('no number yet')}
              </Anchor>
              <Badge size="sm" variant="light" tt="none">
                {t(`parcel ${parcel.state}`)}
              </Badge>
              <Why
                kind="parcel"
                id={parcel.id}
                label={parcel.trackingNumber ?? parcel.sscc ?? order.externalRef}
              />
            </Group>
          ))}
        </section>
      </div>
      {asking && (
        <Dialog onClose={ask.close} title={t('Cancel order {{order}}?', { order: order.externalRef })}>
          <Text mb="md">
            {t('Open tasks are withdrawn, picked goods become put-back tasks, labels are voided.')}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={ask.close}>
              {t('Keep it')}
            </Button>
            <Button
              color="red"
              loading={cancel.isPending}
              onClick={() => cancel.mutate(undefined, { onSettled: ask.close })}
            >
              {t('Cancel order')}
            </Button>
          </Group>
        </Dialog>
      )}
    </Stack>
  );
}
