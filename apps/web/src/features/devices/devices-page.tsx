import { Group, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { AgentView, ConsoleLive, Page } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { AgentTile } from './agent-tile.js';
import { AttachDevice } from './attach-device.js';
import { DeviceDetail, TABS, type Tab } from './device-detail.js';
import { EnrolAgent } from './enrol-agent.js';

/** The integrator's console: agents and the hardware behind them. What is looked at stands in the address. */
export function DevicesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { device?: unknown; tab?: unknown };
  const chosen = search.device === undefined ? null : String(search.device);
  const tab = TABS.find((each) => each === search.tab) ?? 'frames';
  const show = (device: string | null, to: Tab = 'frames'): void =>
    void navigate({ to: '/devices', search: (device ? { device, tab: to } : {}) as never });
  const agents = useQuery({
    queryKey: ['agents'],
    queryFn: ({ signal }) => api.get<Page<AgentView>>('/devices/agents', signal),
    refetchInterval: 5_000,
  });
  useLive<ConsoleLive, 'console.agents'>('console', 'console.agents', (items) =>
    client.setQueryData(['agents'], { items, next: null }),
  );
  const agent = agents.data?.items.find(({ devices }) => devices.some(({ code }) => code === chosen));
  const device = agent?.devices.find(({ code }) => code === chosen);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('Devices')}
        </Title>
        <Group gap="xs">
          <AttachDevice agents={agents.data?.items ?? []} onAttached={(code) => show(code)} />
          <EnrolAgent agents={agents.data?.items ?? []} />
        </Group>
      </Group>
      <div className="devices" data-chosen={device !== undefined}>
        <QueryState query={agents}>
          {(page) => (
            <Stack>
              {page.items.length === 0 && (
                <Text c="dimmed">
                  {t(
                    'No agent is enrolled. Choose "Enrol an agent" and type its command on the machine beside the hardware.',
                  )}
                </Text>
              )}
              {page.items.map((each) => (
                <AgentTile key={each.id} agent={each} chosen={chosen} onChoose={show} />
              ))}
            </Stack>
          )}
        </QueryState>
        {agent && device && (
          <DeviceDetail
            key={device.code}
            {...{ agent, device, tab }}
            onTab={(to) => show(device.code, to)}
            onGone={() => show(null)}
          />
        )}
      </div>
    </Stack>
  );
}
