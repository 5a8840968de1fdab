import { Alert, Badge, List, Table, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { LanePlanEffect, LanePlanView } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { type LanePlanDraft, ordersOf, planOf } from './lane-plan-draft.js';

const TYPING_MS = 350;
const MOVES_SHOWN = 12;

/** What the draft would move if it were saved now, while it is typed. */
export function useEffectOf(draft: LanePlanDraft, isDirty: boolean) {
  const [asked] = useDebouncedValue(JSON.stringify(planOf(draft)), TYPING_MS);
  const found = useQuery({
    queryKey: ['lane-plan-effect', asked],
    queryFn: () => api.post<LanePlanEffect>('/flow/lane-plan/preview', JSON.parse(asked)),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    retry: false,
    enabled: isDirty,
  });
  return isDirty ? { data: found.data, error: found.error } : { data: undefined, error: null };
}

type Effect = ReturnType<typeof useEffectOf>;

/** The count alone, for where the rest is out of sight. */
export function EffectGlance({ effect: { data, error } }: { effect: Effect }) {
  const { t } = useTranslation();
  if (error || !data) return null;
  return t('{{count}} parcels would change lanes', { count: data.underWay + data.planned });
}

export function LanePlanEffects(props: {
  effect: Effect;
  isDirty: boolean;
  draft: LanePlanDraft;
  services: LanePlanView['services'];
}) {
  const { t } = useTranslation();
  const { effect, isDirty, draft, services } = props;
  return (
    <>
      <Text fw={700}>{t('What it would change')}</Text>
      {isDirty ? (
        <EffectWords effect={effect} />
      ) : (
        <Text c="dimmed">
          {t('Nothing is changed. Change a lane, and see here which parcels would follow.')}
        </Text>
      )}
      <Text fw={700} mt="md">
        {t('Lanes in the order in which they are asked')}
      </Text>
      <ul className="lane-orders">
        {ordersOf(
          draft.takes,
          services.map(({ carrier, service }) => `${carrier} ${service}`),
        ).map(({ service, truck, lanes }) => (
          <li key={`${service} ${truck}`}>
            <span>
              {service} {truck}
            </span>
            {lanes.length === 0 ? (
              <Badge color="orange" variant="light" tt="none">
                {t('no lane: exceptions')}
              </Badge>
            ) : (
              <strong>{lanes.map((equals) => equals.join(' / ')).join(' → ')}</strong>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function EffectWords({ effect: { data, error } }: { effect: Effect }) {
  const { t } = useTranslation();
  if (error) {
    const faults = [...new Set(Object.values(fieldErrorsOf(error)))];
    return (
      <Alert color="red" mt="xs" title={t('This cannot work')} role="status">
        <List size="sm">
          {(faults.length > 0 ? faults : [reasonOf(error)]).map((fault) => (
            <List.Item key={fault}>{fault}</List.Item>
          ))}
        </List>
      </Alert>
    );
  }
  if (!data) return <Text c="dimmed">{t('Counting')}</Text>;
  return (
    <>
      <div role="status">
        <Text size="2rem" fw={800} lh={1.1}>
          {count(data.underWay + data.planned)}
        </Text>
        <Text>
          {t('parcels would change lanes: {{underWay}} on their way, {{planned}} planned', {
            underWay: count(data.underWay),
            planned: count(data.planned),
          })}
        </Text>
      </div>
      {data.moves.length > 0 && <Moves moves={data.moves} />}
    </>
  );
}

function Moves({ moves }: { moves: LanePlanEffect['moves'] }) {
  const { t } = useTranslation();
  return (
    <ScrollTable label={t('Parcels that would change lanes')} minWidth={300}>
      <Table.Thead>
        <Table.Tr>
          <Heads titles={[t('Carrier service'), t('From'), t('To'), t('On their way'), t('Planned')]} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {moves.slice(0, MOVES_SHOWN).map((move) => (
          <Table.Tr key={JSON.stringify([move.carrier, move.service, move.from, move.to])}>
            <Table.Td>
              {move.carrier} {move.service}
            </Table.Td>
            <Table.Td>{move.from ?? '–'}</Table.Td>
            <Table.Td>{move.to ?? '–'}</Table.Td>
            <Table.Td>{count(move.underWay)}</Table.Td>
            <Table.Td>{count(move.planned)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
