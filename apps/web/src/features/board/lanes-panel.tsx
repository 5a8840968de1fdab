import { Badge, Group, Menu, Text, Title, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { BoardView, LaneView } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, count, share } from '../../ui/tower/format.js';

function stateOf(lane: LaneView): 'open' | 'closed' | 'full' | 'jam' {
  if (lane.fill === 'jam') return 'jam';
  if (lane.closed) return 'closed';
  return lane.fill === 'full' ? 'full' : 'open';
}

/** The sorter: each lane with its state and the last parcels that went there. */
export function LanesPanel(props: {
  lanes: LaneView[];
  sorter: BoardView['sorter'];
  /** How many of a lane's last parcels. */
  shown: number;
}) {
  const { lanes, sorter } = props;
  const { t } = useTranslation();
  return (
    <>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2} size="h4">
          {t('Sorter')}
        </Title>
        <Group gap="md">
          <Figure label={t('seen in the last hour')} value={count(sorter.seenLastHour)} />
          <Figure label={t('no-reads')} value={count(sorter.noReads)} />
          <Figure label={t('went round')} value={count(sorter.recirculated)} />
          <Figure label={t('diverted as told')} value={share(sorter.divertReliability)} />
          <Figure
            label={t('decided in (p50 / p99)')}
            value={
              sorter.decisionP50Ms === null
                ? '–'
                : `${sorter.decisionP50Ms.toFixed(1)} / ${sorter.decisionP99Ms?.toFixed(1)} ms`
            }
          />
        </Group>
      </Group>
      {lanes.length === 0 && <Text c="dimmed">{t('No lanes yet. Import a site that has a conveyor.')}</Text>}
      <div className="lanes">
        {lanes.map((lane) => (
          <Lane key={lane.code} lane={lane} shown={props.shown} />
        ))}
      </div>
    </>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <Text size="sm" c="dimmed">
      <Text component="span" fw={700} c="var(--mantine-color-text)">
        {value}
      </Text>{' '}
      {label}
    </Text>
  );
}

function Lane({ lane, shown }: { lane: LaneView; shown: number }) {
  const { t } = useTranslation();
  const state = stateOf(lane);
  const change = (act: 'open' | 'close'): void => {
    api
      .post(`/flow/lanes/${lane.code}/${act}`)
      .then(() =>
        notifications.show({
          message:
            act === 'open'
              ? t('Lane {{code}} is open.', { code: lane.code })
              : t('Lane {{code}} is closed.', { code: lane.code }),
        }),
      )
      .catch((error) => notifications.show({ color: 'red', message: reasonOf(error) }));
  };
  return (
    <div className="lane" data-state={state}>
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <Text fw={700} truncate>
          {lane.code}
        </Text>
        <Group gap={2} wrap="nowrap">
          <Badge
            size="sm"
            variant="light"
            tt="none"
            color={state === 'open' ? 'teal' : state === 'jam' ? 'red' : 'orange'}
          >
            {t(`lane ${state}`)}
          </Badge>
          <Menu withinPortal>
            <Menu.Target>
              <UnstyledButton aria-label={t('Actions for lane {{code}}', { code: lane.code })}>
                <IconDots size={18} />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {lane.closed ? (
                <Menu.Item onClick={() => change('open')}>{t('Open the lane')}</Menu.Item>
              ) : (
                <Menu.Item onClick={() => change('close')}>
                  {t('Close the lane: parcels take the alternative')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <Text size="sm" c="dimmed" truncate>
        {lane.name}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {t('{{count}} in the last hour', { count: lane.parcelsLastHour })}
      </Text>
      <ol
        style={{ minHeight: `${shown * 1.6}em` }}
        aria-label={t('Last parcels in lane {{code}}', { code: lane.code })}
      >
        {lane.last.slice(0, shown).map((parcel) => (
          <li key={`${parcel.at}${parcel.code}`}>
            {clockTime(parcel.at, true)}{' '}
            {parcel.parcelId ? (
              <Link to="/story" search={{ q: parcel.code ?? '' } as never}>
                …{parcel.code?.slice(-8)}
              </Link>
            ) : (
              <span>{parcel.because ? t(`because ${parcel.because}`) : (parcel.code ?? '?')}</span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
