import { Alert, Badge, Group, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AgentView, ConsoleLive, Page } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { DeviceStateBadge } from '../../ui/tower/device-state.js';
import { span } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { DeviceDetail } from './device-detail.js';
import { EnrolAgent } from './enrol-agent.js';

/** Agents and the hardware behind them. */
export function DevicesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const agents = useQuery({
    queryKey: ['agents'],
    queryFn: ({ signal }) => api.get<Page<AgentView>>('/devices/agents', signal),
    refetchInterval: 5_000,
  });
  useLive<ConsoleLive, 'console.agents'>('console', 'console.agents', (items) =>
    client.setQueryData(['agents'], { items, next: null }),
  );
  const device = agents.data?.items.flatMap((agent) => agent.devices).find((each) => each.code === chosen);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('Devices')}
        </Title>
        <EnrolAgent />
      </Group>
      <div className="devices" data-chosen={device !== undefined}>
        <QueryState query={agents}>
          {(page) => (
            <Stack>
              {page.items.length === 0 && (
                <Text c="dimmed">
                  {t(
                    'No agent is enrolled. Choose "Enrol an agent" and give its code to the machine beside the hardware.',
                  )}
                </Text>
              )}
              {page.items.map((agent) => (
                <Agent key={agent.id} agent={agent} chosen={chosen} onChoose={setChosen} />
              ))}
            </Stack>
          )}
        </QueryState>
        {device && <DeviceDetail key={device.code} device={device} />}
      </div>
    </Stack>
  );
}

function Agent(props: { agent: AgentView; chosen: string | null; onChoose: (code: string) => void }) {
  const { t } = useTranslation();
  const { agent } = props;
  return (
    <section className="tile">
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h4">
          {agent.name}{' '}
          <Badge color={agent.online ? 'teal' : 'red'} tt="none">
            {agent.online ? t('online') : t('offline')}
          </Badge>
        </Title>
        <Text size="sm" c="dimmed">
          {t('last heard {{age}} ago', { age: span(agent.lastSeenAt) })} ·{' '}
          {t('{{count}} readings to send', { count: agent.outboxDepth })}
          {agent.oldestUnsentAt ? ` · ${t('oldest {{age}}', { age: span(agent.oldestUnsentAt) })}` : ''}
          {agent.version ? ` · ${agent.version}` : ''}
        </Text>
      </Group>
      {agent.fenced && (
        <Alert color="red" my="xs" title={t('Two machines use this identity')}>
          {t('The older one was shut out. Enrol one of them anew.')}
        </Alert>
      )}
      <ScrollTable label={agent.name} minWidth={620}>
        <Table.Thead>
          <Table.Tr>
            <Heads titles={[t('Device'), t('Driver'), t('Station'), t('State'), t('Last reading')]} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {agent.devices.map((device) => (
            <Table.Tr
              key={device.id}
              bg={device.code === props.chosen ? 'var(--mantine-color-default-hover)' : undefined}
            >
              <Table.Td>
                <UnstyledButton fw={600} td="underline" onClick={() => props.onChoose(device.code)}>
                  {device.code}
                </UnstyledButton>
                <Text size="xs" c="dimmed">
                  {device.kind}
                </Text>
              </Table.Td>
              <Table.Td className="mono">{device.driver}</Table.Td>
              <Table.Td>{device.station ?? '–'}</Table.Td>
              <Table.Td>
                <DeviceStateBadge state={agent.online ? device.state : 'lost'} />
                {device.advice && <Text size="xs">{device.advice}</Text>}
              </Table.Td>
              <Table.Td>
                <Text size="sm" className="mono" truncate maw={260}>
                  {device.lastReading ?? '–'}
                </Text>
                <Text size="xs" c="dimmed">
                  {device.lastReadingAt
                    ? t('{{age}} ago', { age: span(device.lastReadingAt) })
                    : t('no reading yet')}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </section>
  );
}
