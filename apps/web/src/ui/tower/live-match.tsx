import { Alert, List, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { MatchBody, MatchView } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Bars } from './bars.js';
import { fieldErrorsOf } from './field-errors.js';
import { clockTime, count, span } from './format.js';

const TYPING_MS = 350;

/** What the filter would find now, while it is being typed. */
export function useMatch(body: MatchBody) {
  const [asked] = useDebouncedValue(JSON.stringify(body), TYPING_MS);
  return useQuery({
    queryKey: ['match', asked],
    queryFn: () => api.post<MatchView>('/waves/templates/match', JSON.parse(asked)),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    retry: false,
  });
}

/** The count alone, for where the rest is out of sight. */
export function MatchGlance({ match: { data, error } }: { match: ReturnType<typeof useMatch> }) {
  const { t } = useTranslation();
  if (error || !data) return null;
  return t('{{count}} orders match now', { count: data.orders });
}

export function LiveMatch({ match }: { match: ReturnType<typeof useMatch> }) {
  const { t } = useTranslation();
  const { data, error } = match;
  if (error) {
    return (
      <Alert color="red" title={t('The filter cannot be counted')}>
        {Object.keys(fieldErrorsOf(error)).length > 0
          ? t('Correct the fields that are marked.')
          : reasonOf(error)}
      </Alert>
    );
  }
  if (!data) return <Text c="dimmed">{t('Counting')}</Text>;
  return (
    <>
      <div role="status">
        <Text size="2rem" fw={800} lh={1.1}>
          {count(data.orders)}
        </Text>
        <Text>
          {t('orders match now, with {{lines}} lines and {{units}} units', {
            lines: count(data.lines),
            units: count(data.units),
          })}
        </Text>
      </div>
      {data.orders === 0 ? (
        <Text c="dimmed" mt="xs">
          {t('Nothing waits that fits. Loosen the filter, or wait for orders.')}
        </Text>
      ) : (
        <MatchParts data={data} />
      )}
      {data.below.length > 0 && (
        <Alert color="orange" mt="sm" title={t('Below the threshold: no wave would be planned')}>
          <List size="sm">
            {data.below.map((each) => (
              <List.Item key={each.measure}>
                {t('{{have}} of {{need}}', { have: count(each.have), need: count(each.need) })}{' '}
                {t(`measure ${each.measure}`)}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}

function MatchParts({ data }: { data: MatchView }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('{{count}} waves of this size', { count: data.waves })}
        {data.nearestCutOffAt ? ` · ${t('cut-off {{time}}', { time: clockTime(data.nearestCutOffAt) })}` : ''}
        {data.oldestReadyAt ? ` · ${t('oldest {{age}}', { age: span(data.oldestReadyAt) })}` : ''}
      </Text>
      <Text fw={600} mt="sm">
        {t('By service')}
      </Text>
      <Bars
        label={t('By service')}
        bars={data.byService.slice(0, 8).map((each) => ({
          key: `${each.carrier}|${each.service}|${each.nearestCutOffAt}`,
          label: `${each.carrier} ${each.service}`,
          value: each.orders,
          figure: count(each.orders),
        }))}
      />
      <Text fw={600} mt="sm">
        {t('By merchant')}
      </Text>
      <Bars
        label={t('By merchant')}
        bars={data.byMerchant.slice(0, 8).map((each) => ({
          key: each.merchantCode,
          label: each.name,
          value: each.orders,
          figure: count(each.orders),
        }))}
      />
    </>
  );
}
