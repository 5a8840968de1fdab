import { Badge, Group, Text, Title } from '@mantine/core';
import type { CutOffOutlook } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, span } from '../../ui/tower/format.js';

const COLOURS = { safe: 'teal', 'at-risk': 'orange', late: 'red' } as const;

/** Projected finish against each cut-off, on a line from now to whichever is later. */
export function CutOffOutlooks({ cutOffs, at }: { cutOffs: CutOffOutlook[]; at: string }) {
  const { t } = useTranslation();
  if (cutOffs.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h5">
        {t('Finish against cut-off')}
      </Title>
      {cutOffs.map((cutOff) => (
        <div key={`${cutOff.carrier}|${cutOff.service}|${cutOff.cutOffAt}`} className="outlook">
          <Group justify="space-between" gap="0 8px">
            <Text fw={600}>
              {clockTime(cutOff.cutOffAt)} {cutOff.carrier} {cutOff.service}
            </Text>
            <Badge color={COLOURS[cutOff.risk]} variant="light" tt="none">
              {t(`risk ${cutOff.risk}`)}
            </Badge>
          </Group>
          <TimeLine cutOff={cutOff} at={at} />
          <Text size="sm">
            {t('done {{time}}', { time: clockTime(cutOff.projectedAt) })}, {spare(cutOff, t)},{' '}
            {t('with slow stages {{time}}', { time: clockTime(cutOff.cautiousAt) })}
          </Text>
          <Text size="sm" c="dimmed">
            {t('start by {{time}}, slowest stage {{stage}}', {
              time: clockTime(cutOff.startBy),
              stage: t(`bottleneck ${cutOff.bottleneck}`),
            })}
          </Text>
        </div>
      ))}
    </section>
  );
}

function spare(cutOff: CutOffOutlook, t: ReturnType<typeof useTranslation>['t']): string {
  const projected = Date.parse(cutOff.projectedAt);
  const limit = Date.parse(cutOff.cutOffAt);
  return projected <= limit
    ? t('{{span}} to spare', { span: span(cutOff.projectedAt, limit) })
    : t('{{span}} late', { span: span(cutOff.cutOffAt, projected) });
}

function TimeLine({ cutOff, at }: { cutOff: CutOffOutlook; at: string }) {
  const from = Date.parse(at);
  const times = [cutOff.projectedAt, cutOff.cautiousAt, cutOff.cutOffAt].map(
    (time) => Date.parse(time) - from,
  );
  const most = Math.max(1, ...times);
  const place = (ms: number): string => `${Math.min(100, Math.max(0, (100 * ms) / most))}%`;
  const [projected, cautious, limit] = times as [number, number, number];
  return (
    <div className="outlook-line" data-risk={cutOff.risk} aria-hidden="true">
      <i className="cautious" style={{ width: place(cautious) }} />
      <i style={{ width: place(projected) }} />
      <b style={{ left: place(limit) }} />
    </div>
  );
}
