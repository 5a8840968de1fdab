import { Anchor, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useEffect } from 'react';
import type { StoryView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { listenToWedge } from '../../lib/wedge.js';
import { clockTime } from '../../ui/tower/format.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { Why } from '../../ui/tower/why.js';

interface StorySearch {
  q?: string;
  order?: string;
  parcel?: string;
}

/** Scan or type any code: the way of that parcel from order line to confirmed lane and truck. */
export function StoryPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as StorySearch;
  useEffect(
    () => listenToWedge((scan) => void navigate({ to: '/story', search: { q: scan } as never })),
    [navigate],
  );
  const query = search.order
    ? `order=${search.order}`
    : search.parcel
      ? `parcel=${search.parcel}`
      : search.q
        ? `code=${encodeURIComponent(search.q)}`
        : null;
  const story = useQuery({
    queryKey: ['story', query],
    queryFn: ({ signal }) => api.get<StoryView>(`/tower/story?${query}`, signal),
    enabled: query !== null,
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).trim();
    if (code) void navigate({ to: '/story', search: { q: code } as never });
  };
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('Find a parcel')}
      </Title>
      <form onSubmit={submit}>
        <Group align="end">
          <TextInput
            name="code"
            key={search.q}
            defaultValue={search.q}
            label={t('Order reference, tracking number, SSCC or tote')}
            placeholder={t('Scan or type')}
            w="100%"
            maw={400}
            data-scan
          />
          <Button type="submit">{t('Find')}</Button>
        </Group>
      </form>
      {query === null && <Text c="dimmed">{t('Scan a label, or open an order and choose "Its way".')}</Text>}
      {query !== null && <QueryState query={story}>{(view) => <Story story={view} />}</QueryState>}
    </Stack>
  );
}

function Story({ story }: { story: StoryView }) {
  const { t } = useTranslation();
  const { parcel } = story;
  return (
    <>
      <section className="tile">
        <Group gap="xl">
          <Fact label={t('Order')}>
            <Anchor component={Link} to="/orders/$orderId" params={{ orderId: story.orderId } as never}>
              {story.externalRef}
            </Anchor>
          </Fact>
          <Fact label={t('Merchant')}>{story.merchantCode}</Fact>
          <Fact label={t('State')}>
            {parcel ? t(`parcel ${parcel.state}`) : t(`order ${story.orderState}`)}
          </Fact>
          {parcel && (
            <>
              <Fact label="SSCC">{parcel.sscc ?? '–'}</Fact>
              <Fact label={t('Tracking number')}>{parcel.trackingNumber ?? '–'}</Fact>
              <Fact label={t('Weight')}>{parcel.weightGrams ? `${parcel.weightGrams} g` : '–'}</Fact>
              <Fact label={t('Lane planned, taken')}>
                {parcel.plannedLane ?? '–'} → {parcel.actualLane ?? '–'}
              </Fact>
              <Why kind="parcel" id={parcel.id} label={parcel.trackingNumber ?? story.externalRef} />
            </>
          )}
        </Group>
      </section>
      <ol className="story tile" aria-label={t('Its way')}>
        {story.steps.map((step) => (
          <li
            key={`${step.at}${step.type}${step.text}`}
            data-tone={/short|mismatch|failed|lost|misrouted|refused/.test(step.type) ? 'wrong' : ''}
          >
            <Text size="sm" c="dimmed">
              {clockTime(step.at, true)}
            </Text>
            <span className="dot" aria-hidden="true" />
            <div>
              <Text>{step.text}</Text>
              <Text size="xs" c="dimmed" className="mono">
                {step.actor} · {t('trace')} {step.trace.slice(0, 8)}
              </Text>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={600}>{children}</Text>
    </div>
  );
}
