import '../../ui/tower/flow.css';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { SorterView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, count, share } from '../../ui/tower/format.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { LaneCard } from './lane-card.js';
import { LastArrivals } from './last-arrivals.js';
import { OverrideDialog } from './override-dialog.js';
import { OverridesPanel } from './overrides-panel.js';
import { PointsTable } from './points-table.js';
import { SorterTabs } from './sorter-tabs.js';
import { useSorter } from './use-sorter.js';
import type { Wanted } from './wanted.js';

/** The sorter live: lanes with their fill, points and who they lost, the last parcels, and what supervisors set against the rules. */
export function SorterPage() {
  const { t } = useTranslation();
  const sorter = useSorter();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  return (
    <Stack>
      <SorterTabs />
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h2">
          {t('Sorter')}
        </Title>
        <Button variant="default" onClick={() => setWanted({ kind: 'parcel-lane', subject: '' })}>
          {t('Send a parcel to a lane')}
        </Button>
      </Group>
      <QueryState query={sorter}>
        {(view) => (
          <Stack gap="lg">
            <Figures view={view} />
            <section aria-label={t('Lanes')} className="lanes">
              {view.lanes.map((lane) => (
                <LaneCard key={lane.code} lane={lane} onOverride={setWanted} />
              ))}
            </section>
            {view.lanes.length === 0 && (
              <Text c="dimmed">{t('No lanes yet. Import a site that has a conveyor.')}</Text>
            )}
            <PointsTable points={view.points} onOverride={setWanted} />
            <OverridesPanel overrides={view.overrides} />
            <Balance view={view} />
            <LastArrivals arrivals={view.last} />
          </Stack>
        )}
      </QueryState>
      {wanted && (
        <OverrideDialog wanted={wanted} lanes={sorter.data?.lanes ?? []} onClose={() => setWanted(null)} />
      )}
    </Stack>
  );
}

/** The last hour in figures: what went wrong, and whose fault it was. */
function Figures({ view }: { view: SorterView }) {
  const { t } = useTranslation();
  const sum = (of: (point: SorterView['points'][number]['lastHour']) => number): number =>
    view.points.reduce((total, { lastHour }) => total + of(lastHour), 0);
  const seen = sum(({ seen: each }) => each);
  const rate = (value: number): string => share(seen === 0 ? null : value / seen);
  const figures: [string, string][] = [
    [t('seen in the last hour'), count(seen)],
    [t('no-reads'), rate(sum(({ noReads }) => noReads))],
    [t('went round'), rate(sum(({ recirculated }) => recirculated))],
    [t('diverts that did not obey'), count(sum(({ misDiverted }) => misDiverted))],
    [t('in a lane of another carrier'), count(sum(({ misSorted }) => misSorted))],
    [t('lost from sight'), count(sum(({ lost }) => lost) + view.travels.lostLastHour)],
    [t('decided too late'), rate(sum(({ late }) => late))],
  ];
  return (
    <dl className="sorter-figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Which lane takes whom now where rebalancing decided it, and its last decisions with their reasons. */
function Balance({ view }: { view: SorterView }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('Who takes what')}>
      <Title order={2} size="h4" mb="xs">
        {t('Who takes what')}
      </Title>
      {view.duties.length === 0 && (
        <Text c="dimmed">{t('Every carrier service has its first lane. Nothing had to be moved.')}</Text>
      )}
      <ul className="sorter-duties">
        {view.duties.map((duty) => (
          <li key={`${duty.carrier} ${duty.service} ${duty.truck}`}>
            <strong>
              {duty.carrier} {duty.service} {duty.truck} → {duty.lane}
            </strong>{' '}
            {t('since {{time}}', { time: clockTime(duty.since) })}: {duty.because}
          </li>
        ))}
      </ul>
      {view.changes.length > 0 && (
        <details>
          <summary>{t('Last changes')}</summary>
          <ol className="sorter-duties">
            {view.changes.map((change) => (
              <li key={`${change.at} ${change.text}`}>
                {clockTime(change.at, true)} {change.text}
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}
