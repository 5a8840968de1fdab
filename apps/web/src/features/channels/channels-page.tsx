import { useQuery } from '@tanstack/react-query';
import type { WorkInProgressView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { ListPage } from '../../ui/tower/list-page.js';
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
    <ListPage
      kind="channel"
      title={t('Release channels')}
      makes={t('New channel')}
      empty={t(
        'No channel yet. A channel releases orders one after the other while the floor has room: make one.',
      )}
      query={work}
      itemsOf={({ channels }) => channels}
      above={(view) => (
        <section className="tile">
          <WorkInProgress view={view} />
        </section>
      )}
    >
      {(channels) => (
        <div className="channels">
          {channels.map((channel) => (
            <ChannelCard key={channel.id} channel={channel} />
          ))}
        </div>
      )}
    </ListPage>
  );
}
