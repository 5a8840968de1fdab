import { Group, Progress, SegmentedControl, Stack, Text } from '@mantine/core';
import type { ChannelView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Waveless flow: each channel releases by itself while it is open and the floor has room. */
export function Channels({ channels }: { channels: ChannelView[] }) {
  const { t } = useTranslation();
  const change = useAct(
    (input: { id: string; state: string }) =>
      api.patch(`/waves/channels/${input.id}`, { state: input.state }),
    {
      refresh: ['channels'],
    },
  );
  if (channels.length === 0) return <Text c="dimmed">{t('No channel yet.')}</Text>;
  return (
    <Stack gap="sm">
      {channels.map((channel) => (
        <Group key={channel.id} justify="space-between" gap="sm">
          <div style={{ flex: '1 1 260px', minWidth: 0 }}>
            <Text fw={600}>{channel.name}</Text>
            <Text size="sm" c="dimmed">
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
            {channel.because && <Text size="sm">{channel.because}</Text>}
          </div>
          <SegmentedControl
            aria-label={t('State of channel {{name}}', { name: channel.name })}
            value={channel.state}
            disabled={change.isPending}
            onChange={(state) => change.mutate({ id: channel.id, state })}
            data={['open', 'locked', 'asleep'].map((state) => ({
              value: state,
              label: t(`channel ${state}`),
            }))}
          />
        </Group>
      ))}
    </Stack>
  );
}
