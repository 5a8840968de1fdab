import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { WorkInProgressView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { ChannelCard } from './channel-card.js';
import { WorkInProgress } from './work-in-progress.js';

/** Channels that release by themselves, and the room on the floor that they and the waves share. */
export function ChannelsPage() {
  const { t } = useTranslation();
  const work = useQuery({
    queryKey: ['channels', 'work'],
    queryFn: ({ signal }) => api.get<WorkInProgressView>('/waves/work-in-progress', signal),
    refetchInterval: 5_000,
  });
  return (
    <Stack gap="sm">
      <WaveTabs />
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('Release channels')}
        </Title>
        <Button
          component={Link}
          to="/waves/channels/$channelId"
          params={{ channelId: 'new' } as never}
          leftSection={<IconPlus size={18} />}
        >
          {t('New channel')}
        </Button>
      </Group>
      <QueryState query={work}>
        {(view) => (
          <>
            <section className="tile">
              <WorkInProgress view={view} />
            </section>
            {view.channels.length === 0 && (
              <Text c="dimmed">
                {t(
                  'No channel yet. A channel releases orders one after the other while the floor has room: make one.',
                )}
              </Text>
            )}
            <div className="channels">
              {view.channels.map((channel) => (
                <ChannelCard key={channel.id} channel={channel} />
              ))}
            </div>
          </>
        )}
      </QueryState>
    </Stack>
  );
}
