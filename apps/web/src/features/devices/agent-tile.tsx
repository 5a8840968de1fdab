import { Alert, Badge, Button, Group, Table, Text, Title, UnstyledButton } from '@mantine/core';
import type { AgentView, DeviceView, Diagnostics } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { span } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';
import { DeviceMarks, FaultWords, QualityBadge } from './device-marks.js';
import { download } from './download.js';

interface AgentTileProps {
  agent: AgentView;
  chosen: string | null;
  onChoose: (code: string) => void;
}

/** One agent with its devices: state, age, driver, and what is wrong in plain words. */
export function AgentTile({ agent, chosen, onChoose }: AgentTileProps) {
  const { t } = useTranslation();
  return (
    <section className="tile">
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h4">
          {agent.name}{' '}
          {agent.name !== agent.code && (
            <Text span size="sm" c="dimmed" className="mono">
              {agent.code}
            </Text>
          )}{' '}
          <Badge color={agent.online ? 'teal' : 'red'} tt="none">
            {agent.online ? t('online') : t('offline')}
          </Badge>
        </Title>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {agent.lastSeenAt
              ? `${t('last heard {{age}} ago', { age: span(agent.lastSeenAt) })} · ${t('{{count}} readings to send', { count: agent.outboxDepth })}`
              : t('never heard')}
            {agent.oldestUnsentAt ? ` · ${t('oldest {{age}}', { age: span(agent.oldestUnsentAt) })}` : ''}
            {agent.version ? ` · ${agent.version}` : ''}
          </Text>
          <SaveDiagnostics agent={agent} />
        </Group>
      </Group>
      {agent.fenced && (
        <Alert color="red" my="xs" title={t('Two machines use this identity')}>
          {t(
            'The one that started last is heard, the other is shut out and keeps what it reads. Stop the wrong one: the right one is let in within two minutes.',
          )}
        </Alert>
      )}
      {agent.devices.length === 0 && (
        <Text c="dimmed">
          {agent.lastSeenAt
            ? t('No device is attached to this agent yet. Choose "Attach a device".')
            : t(
                'It has not come yet. Choose "Enrol an agent" with the same short code for another claim code.',
              )}
        </Text>
      )}
      {agent.devices.length > 0 && (
        <ScrollTable label={agent.name} minWidth={640}>
          <Table.Thead>
            <Table.Tr>
              <Heads titles={[t('Device'), t('Driver'), t('Station'), t('State'), t('Last reading')]} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {agent.devices.map((device) => (
              <DeviceRow
                key={device.id}
                device={device}
                online={agent.online}
                isChosen={device.code === chosen}
                onChoose={onChoose}
              />
            ))}
          </Table.Tbody>
        </ScrollTable>
      )}
    </section>
  );
}

function DeviceRow(props: {
  device: DeviceView;
  online: boolean;
  isChosen: boolean;
  onChoose: (code: string) => void;
}) {
  const { t } = useTranslation();
  const { device, online, isChosen } = props;
  return (
    <Table.Tr bg={isChosen ? 'var(--mantine-color-default-hover)' : undefined}>
      <Table.Td>
        <UnstyledButton
          fw={600}
          td="underline"
          style={{ whiteSpace: 'nowrap' }}
          onClick={() => props.onChoose(device.code)}
        >
          {device.code}
        </UnstyledButton>
        <Text size="xs" c="dimmed">
          {device.kind}
        </Text>
      </Table.Td>
      <Table.Td>
        <span className="mono">{device.driver}</span>
        <Text size="xs" c="dimmed" component="div">
          {device.driverVersion ?? '–'} {device.quality && <QualityBadge level={device.quality} />}
        </Text>
      </Table.Td>
      <Table.Td>{device.station ?? '–'}</Table.Td>
      <Table.Td>
        <DeviceMarks device={device} online={online} />
        <FaultWords device={device} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" className="mono" truncate maw={260} title={device.lastReading ?? undefined}>
          {device.lastReading ?? '–'}
        </Text>
        <Text size="xs" c="dimmed">
          {device.lastReadingAt ? t('{{age}} ago', { age: span(device.lastReadingAt) }) : t('no reading yet')}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** Versions, setups, rings and logs for whoever helps from far away. */
function SaveDiagnostics({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const save = useAct(
    async () => {
      const bundle = await api.get<Diagnostics>(
        `/devices/agents/${encodeURIComponent(agent.code)}/diagnostics`,
      );
      const day = bundle.madeAt.slice(0, 16).replace(/[:T]/g, '-');
      download(`diagnostics-${agent.code}-${day}.json`, JSON.stringify(bundle, null, 2), 'application/json');
    },
    { done: t('Saved. No password, key or label is in it; codes that scanners read are.'), refresh: [] },
  );
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={!agent.online}
      loading={save.isPending}
      onClick={() => save.mutate(undefined)}
    >
      {t('Diagnostics')}
    </Button>
  );
}
