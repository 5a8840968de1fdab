import { Group, Progress, SegmentedControl, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReleaseChannelView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { filterWords } from '../../ui/tower/filter-words.js';
import { clockTime, span } from '../../ui/tower/format.js';
import { useAct } from '../../ui/tower/use-act.js';
import { Reasons } from '../../ui/tower/why.js';
import { Rivals } from './rivals.js';

/** A channel: open, locked or asleep, how much it has on the floor, and why it releases nothing right now. */
export function ChannelCard({ channel }: { channel: ReleaseChannelView }) {
  const { t } = useTranslation();
  const change = useAct((state: string) => api.patch(`/waves/channels/${channel.id}`, { state }), {
    done: (_, state) =>
      t('Channel {{name}}: {{state}}.', { name: channel.name, state: t(`channel ${state}`) }),
    refresh: ['channels', 'channel'],
  });
  return (
    <section className="tile" aria-label={channel.name}>
      <Group justify="space-between" gap="sm">
        <Text fw={700} size="lg" component="h2">
          <Link to="/waves/channels/$channelId" params={{ channelId: channel.id }}>
            {channel.name}
          </Link>
        </Text>
        <SegmentedControl
          aria-label={t('State of channel {{name}}', { name: channel.name })}
          value={channel.state}
          disabled={change.isPending}
          onChange={(state) => change.mutate(state)}
          data={['open', 'locked', 'asleep'].map((state) => ({
            value: state,
            label: t(`channel ${state}`),
          }))}
        />
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        {channel.template} · {filterWords(channel.filter, t)}
      </Text>
      <Text size="sm" mt={6}>
        {t('{{inFlight}} of at most {{max}} orders in flight, {{waiting}} waiting', {
          inFlight: channel.inFlight,
          max: channel.maxInFlight,
          waiting: channel.waiting,
        })}
      </Text>
      <Progress
        mt={4}
        value={(100 * channel.inFlight) / channel.maxInFlight}
        aria-label={t('Orders in flight of channel {{name}}', { name: channel.name })}
      />
      <Text size="sm" mt={6}>
        {channel.releasable > 0
          ? t('The next look releases {{count}} orders.', { count: channel.releasable })
          : t('Releases nothing right now:')}
      </Text>
      {channel.releasable === 0 && <Reasons reasons={reasonsOf(channel)} />}
      <Rivals rivals={channel.rivals} />
      <Text size="sm" c="dimmed">
        {[
          channel.lastReleasedAt && t('last release {{age}} ago', { age: span(channel.lastReleasedAt) }),
          channel.oldestReadyAt && t('oldest {{age}}', { age: span(channel.oldestReadyAt) }),
          channel.nearestCutOffAt && t('cut-off {{time}}', { time: clockTime(channel.nearestCutOffAt) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </section>
  );
}

function reasonsOf(channel: ReleaseChannelView): ReleaseChannelView['reasons'] {
  if (channel.reasons.length > 0 || !channel.because) return channel.reasons;
  return [{ code: 'other', facts: {}, text: channel.because }];
}
