import { Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AgentView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { DeviceStateBadge } from '../../ui/tower/device-state.js';
import { span } from '../../ui/tower/format.js';

/** Devices with their state and the age of their last reading; those in trouble first. */
export function DevicesStrip(props: { agents: AgentView[]; onlyTrouble: boolean }) {
  const { t } = useTranslation();
  const all = props.agents
    .flatMap((agent) => agent.devices.map((device) => ({ ...device, agent })))
    .sort(
      (a, b) => Number(a.state === 'ready') - Number(b.state === 'ready') || a.code.localeCompare(b.code),
    );
  const isWell = (device: (typeof all)[number]): boolean => device.agent.online && device.state === 'ready';
  const devices = props.onlyTrouble ? all.filter((device) => !isWell(device)) : all;
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t('Devices')}
        </Title>
        <Link to="/devices">{t('All devices')}</Link>
      </Group>
      {all.length > 0 && devices.length === 0 && (
        <Text>{t('All {{count}} are ready.', { count: all.length })}</Text>
      )}
      {all.length === 0 && (
        <Text c="dimmed">{t('No device is attached yet. The guide for integrators shows how.')}</Text>
      )}
      <div className="lanes">
        {devices.map((device) => (
          <div
            key={device.id}
            className="lane"
            data-state={device.state === 'ready' ? 'open' : device.state === 'init' ? '' : 'jam'}
          >
            <Group justify="space-between" wrap="nowrap" gap={4}>
              <Text fw={600} size="sm" truncate>
                {device.code}
              </Text>
              <DeviceStateBadge state={device.agent.online ? device.state : 'lost'} />
            </Group>
            <Text size="xs" c="dimmed" truncate>
              {device.lastReadingAt
                ? t('{{age}} ago', { age: span(device.lastReadingAt) })
                : t('no reading yet')}
              {device.reason ? ` · ${device.reason}` : ''}
            </Text>
          </div>
        ))}
      </div>
    </>
  );
}
