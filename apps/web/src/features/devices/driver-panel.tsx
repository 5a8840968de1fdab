import { Button, Stack, Table, Text } from '@mantine/core';
import type { DeviceView, DriverList } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';
import { QualityBadge } from './device-marks.js';

/** The driver of a device, and its versions that can be gone back to. */
export function DriverPanel(props: { agent: string; device: DeviceView; list: DriverList }) {
  const { t } = useTranslation();
  const driver = props.list.drivers.find(({ id }) => id === props.device.driver);
  const use = useAct(
    (hash: string) =>
      api.post(`/devices/agents/${encodeURIComponent(props.agent)}/drivers`, { driver: driver?.id, hash }),
    { done: t('The other version runs.'), refresh: ['drivers', 'agents'] },
  );
  if (!driver) return <Text>{t('The agent does not have this driver.')}</Text>;
  return (
    <Stack gap="xs">
      <Text component="div">
        {driver.title} <QualityBadge level={driver.quality} />
      </Text>
      <Text size="sm" c="dimmed">
        {t('Says')}: {driver.capabilities.join(', ')} · {t('does')}: {driver.commands.join(', ') || '–'}
      </Text>
      {driver.trouble && <Text c="red.8">{driver.trouble}</Text>}
      <ScrollTable label={t('Versions')} minWidth={420}>
        <Table.Thead>
          <Table.Tr>
            <Heads titles={[t('Version'), t('Taken in'), t('State'), t('Action')]} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {driver.versions.map((version) => (
            <Table.Tr key={version.hash}>
              <Table.Td>
                {version.version || '–'} <span className="mono">{version.hash}</span>
              </Table.Td>
              <Table.Td>{dayAndTime(version.loadedAt)}</Table.Td>
              <Table.Td>
                {t(`version ${version.state}`)}
                {version.reason ? `: ${version.reason}` : ''}
              </Table.Td>
              <Table.Td>
                {version.state === 'kept' && (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    loading={use.isPending}
                    onClick={() => use.mutate(version.hash)}
                  >
                    {t('Back to this')}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Stack>
  );
}
