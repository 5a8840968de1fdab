import { Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { LoadView, ManifestView, Page } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { clockTime } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';

export function ShippingPage() {
  const { t } = useTranslation();
  const manifests = useQuery({
    queryKey: ['manifests'],
    queryFn: ({ signal }) => api.get<Page<ManifestView>>('/shipping/manifests', signal),
    refetchInterval: 5_000,
  });
  const loads = useQuery({
    queryKey: ['loads'],
    queryFn: ({ signal }) => api.get<Page<LoadView>>('/shipping/loads', signal),
    refetchInterval: 5_000,
  });
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('Shipping')}
      </Title>
      <section className="tile">
        <Title order={2} size="h4">
          {t('Loads')}
        </Title>
        <QueryState query={loads}>{(page) => <Loads loads={page.items} />}</QueryState>
      </section>
      <section className="tile">
        <Title order={2} size="h4">
          {t('Manifests')}
        </Title>
        <QueryState query={manifests}>{(page) => <Manifests manifests={page.items} />}</QueryState>
      </section>
    </Stack>
  );
}

function Loads({ loads }: { loads: LoadView[] }) {
  const { t } = useTranslation();
  const depart = useAct(
    (load: LoadView) => api.post(`/shipping/loads/${load.id}/depart`, { eventId: newEventId() }),
    {
      done: t('The truck has left.'),
      refresh: ['loads', 'manifests'],
    },
  );
  if (loads.length === 0)
    return <Text c="dimmed">{t('No truck yet. A load opens when the first parcel is staged.')}</Text>;
  return (
    <ScrollTable label={t('Loads')} minWidth={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('Load')}</Table.Th>
          <Table.Th>{t('Carrier')}</Table.Th>
          <Table.Th>{t('Door')}</Table.Th>
          <Table.Th>{t('State')}</Table.Th>
          <Table.Th>{t('Loaded')}</Table.Th>
          <Table.Th>{t('Waiting')}</Table.Th>
          <Table.Th>
            <span className="visually-hidden">{t('Actions')}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {loads.map((load) => (
          <Table.Tr key={load.id}>
            <Table.Td>{load.number}</Table.Td>
            <Table.Td>{load.carrier}</Table.Td>
            <Table.Td>{load.door ?? '–'}</Table.Td>
            <Table.Td>
              <Badge variant="light" tt="none">
                {t(`load ${load.state}`)}
              </Badge>
            </Table.Td>
            <Table.Td>{load.parcelCount}</Table.Td>
            <Table.Td>{load.waiting.length}</Table.Td>
            <Table.Td>
              {load.state !== 'departed' && load.parcelCount > 0 && (
                <Button
                  size="xs"
                  loading={depart.isPending && depart.variables?.id === load.id}
                  onClick={() => depart.mutate(load)}
                >
                  {t('Truck leaves')}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function Manifests({ manifests }: { manifests: ManifestView[] }) {
  const { t } = useTranslation();
  const close = useAct((id: string) => api.post(`/shipping/manifests/${id}/close`), {
    done: t('The manifest is closed.'),
    refresh: ['manifests'],
  });
  if (manifests.length === 0)
    return <Text c="dimmed">{t('No manifest yet. One opens with the first parcel of a service.')}</Text>;
  return (
    <ScrollTable label={t('Manifests')} minWidth={620}>
      <Table.Thead>
        <Table.Tr>
          <Heads
            titles={[
              t('Manifest'),
              t('Service'),
              t('State'),
              t('Cut-off'),
              t('Parcels'),
              t('Staged'),
              t('Loaded'),
            ]}
          />
          <Table.Th>
            <span className="visually-hidden">{t('Actions')}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {manifests.map((manifest) => (
          <Table.Tr key={manifest.id}>
            <Table.Td>{manifest.number}</Table.Td>
            <Table.Td>
              {manifest.carrier} {manifest.service}
            </Table.Td>
            <Table.Td>
              <Badge variant="light" tt="none">
                {t(`manifest ${manifest.state}`)}
              </Badge>
            </Table.Td>
            <Table.Td>{clockTime(manifest.cutOffAt)}</Table.Td>
            <Table.Td>{manifest.parcelCount}</Table.Td>
            <Table.Td>{manifest.stagedCount}</Table.Td>
            <Table.Td>{manifest.loadedCount}</Table.Td>
            <Table.Td>
              {manifest.state === 'open' && (
                <Group>
                  <Button
                    size="xs"
                    variant="default"
                    loading={close.isPending && close.variables === manifest.id}
                    onClick={() => close.mutate(manifest.id)}
                  >
                    {t('Close')}
                  </Button>
                </Group>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
