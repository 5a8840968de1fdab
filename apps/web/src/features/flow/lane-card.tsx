import { Badge, Button, Group, Progress, Text } from '@mantine/core';
import type { SorterLane } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime } from '../../ui/tower/format.js';
import { useAct } from '../../ui/tower/use-act.js';
import { STATE_COLOURS, stateOf } from './lane-state.js';
import type { Wanted } from './wanted.js';

const SHOWN = 4;

/** One lane: how full it is, what came last, and what a supervisor may say about it. */
export function LaneCard({ lane, onOverride }: { lane: SorterLane; onOverride: (wanted: Wanted) => void }) {
  const { t } = useTranslation();
  const open = useAct(() => api.post(`/flow/lanes/${lane.code}/open`), {
    done: t('Lane {{code}} is open.', { code: lane.code }),
    refresh: ['sorter', 'board'],
  });
  const state = stateOf(lane);
  const fill = lane.capacity ? Math.min(100, (100 * lane.lying) / lane.capacity) : null;
  const blocked = lane.closed || lane.forcedOpen;
  return (
    <article className="lane" data-state={state} aria-label={t('Lane {{code}}', { code: lane.code })}>
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <Text fw={700} truncate>
          {lane.code}
        </Text>
        <Badge size="sm" variant="light" tt="none" color={STATE_COLOURS[state]}>
          {t(`lane ${state}`)}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed" truncate>
        {lane.name}
      </Text>
      {fill !== null && (
        <Progress
          value={fill}
          color={fill > 85 ? 'orange' : 'teal'}
          aria-label={t('{{lying}} of {{capacity}} places taken', {
            lying: lane.lying,
            capacity: lane.capacity ?? 0,
          })}
        />
      )}
      <Text size="xs" c="dimmed">
        {t('{{lying}} lie here, {{underWay}} on their way', {
          lying: lane.lying,
          underWay: lane.underWay,
        })}
      </Text>
      <Text size="xs" c="dimmed">
        {t('{{count}} in the last hour', { count: lane.parcelsLastHour })}
        {lane.fullMinutesLastHour >= 0.1 &&
          ` · ${t('full for {{minutes}} min', { minutes: lane.fullMinutesLastHour.toFixed(1) })}`}
      </Text>
      <ol aria-label={t('Last parcels in lane {{code}}', { code: lane.code })} style={{ minHeight: '6.4em' }}>
        {lane.last.slice(0, SHOWN).map((parcel) => (
          <li key={`${parcel.at}${parcel.code}`}>
            {clockTime(parcel.at, true)} …{parcel.code?.slice(-6) ?? '?'}
          </li>
        ))}
      </ol>
      {blocked ? (
        <Button
          size="compact-xs"
          fullWidth
          variant="default"
          loading={open.isPending}
          onClick={() => open.mutate()}
        >
          {t('As its photo-eye says')}
        </Button>
      ) : (
        <Button
          size="compact-xs"
          fullWidth
          variant="default"
          onClick={() =>
            onOverride({ kind: state === 'open' ? 'lane-closed' : 'lane-open', subject: lane.code })
          }
        >
          {state === 'open' ? t('Close …') : t('Open all the same …')}
        </Button>
      )}
    </article>
  );
}
