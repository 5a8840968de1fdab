import { ActionIcon, Badge, Button, Group, Progress, Select, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { LanePlanView, SorterLane } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { errorAt, type FieldErrors } from '../../ui/tower/field-errors.js';
import { NumberField } from '../../ui/tower/number-field.js';
import { type DraftTake, newTake, windowOf } from './lane-plan-draft.js';
import { STATE_COLOURS, stateOf } from './lane-state.js';

/** One lane as it stands now, and what it takes. */
export function LaneTakes(props: {
  lane: { code: string; name: string };
  live: SorterLane | undefined;
  services: LanePlanView['services'];
  /** Of all lanes: faults name a place among them. */
  takes: readonly DraftTake[];
  errors: FieldErrors;
  onChange: (takes: readonly DraftTake[]) => void;
}) {
  const { t } = useTranslation();
  const { lane, live, takes, errors, onChange } = props;
  const own = takes.map((take, at) => ({ take, at })).filter(({ take }) => take.lane === lane.code);
  return (
    <fieldset className="lane-takes">
      <legend>
        {lane.code} · {lane.name}
      </legend>
      {live && <Live lane={live} />}
      {own.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('It takes nothing: no parcel is sent here.')}
        </Text>
      )}
      {own.map(({ take, at }) => (
        <TakeFields
          key={at}
          take={take}
          takes={takes}
          services={props.services}
          errorOf={(field) => errorAt(errors, `takes.${at}.${field}`)}
          onChange={(part) => onChange(takes.with(at, { ...take, ...part }))}
          onRemove={() => onChange(takes.toSpliced(at, 1))}
        />
      ))}
      <Button
        size="xs"
        variant="default"
        mt="xs"
        leftSection={<IconPlus size={16} aria-hidden />}
        aria-label={t('Let {{lane}} take another carrier service', { lane: lane.code })}
        onClick={() => onChange([...takes, newTake(lane.code)])}
      >
        {t('Carrier service')}
      </Button>
    </fieldset>
  );
}

function Live({ lane }: { lane: SorterLane }) {
  const { t } = useTranslation();
  const state = stateOf(lane);
  const fill = lane.capacity ? Math.min(100, (100 * lane.lying) / lane.capacity) : null;
  return (
    <div className="lane-live">
      <Group gap="xs">
        <Badge size="sm" variant="light" tt="none" color={STATE_COLOURS[state]}>
          {t(`lane ${state}`)}
        </Badge>
        <Text size="sm" c="dimmed">
          {t('{{lying}} lie here, {{underWay}} on their way', {
            lying: lane.lying,
            underWay: lane.underWay,
          })}
        </Text>
      </Group>
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
    </div>
  );
}

function TakeFields(props: {
  take: DraftTake;
  takes: readonly DraftTake[];
  services: LanePlanView['services'];
  errorOf: (field: string) => string | undefined;
  onChange: (part: Partial<DraftTake>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { take, errorOf, onChange } = props;
  const data = props.services.map(({ carrier, service, name }) => ({
    value: `${carrier} ${service}`,
    label: `${carrier} ${service} · ${name}`,
  }));
  return (
    <div className="lane-take">
      <Select
        label={t('Carrier service')}
        searchable
        allowDeselect={false}
        nothingFoundMessage={t('None of this name')}
        data={data}
        value={take.service}
        error={errorOf('service') ?? errorOf('carrier') ?? errorOf('lane')}
        onChange={(service) => onChange({ service })}
      />
      <TextInput
        label={t('Truck, by its cut-off')}
        placeholder={t('every truck')}
        description={<WindowWords take={take} takes={props.takes} />}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        maxLength={5}
        inputMode="numeric"
        value={take.cutOffTime}
        error={errorOf('cutOffTime')}
        onChange={(event) => onChange({ cutOffTime: event.currentTarget.value })}
      />
      <NumberField
        label={t('Choice')}
        min={1}
        max={99}
        value={take.rank}
        error={errorOf('rank')}
        onChange={(rank) => onChange({ rank: rank ?? null })}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('{{lane}} no longer takes {{what}}', {
          lane: take.lane,
          what: [take.service ?? '…', take.cutOffTime].join(' ').trim(),
        })}
        onClick={props.onRemove}
      >
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}

/** By the cut-offs of their orders, the parcels that ride this truck. */
function WindowWords({ take, takes }: { take: DraftTake; takes: readonly DraftTake[] }) {
  const { t } = useTranslation();
  const window = windowOf(takes, take);
  if (!window) return null;
  const { from, before } = window;
  if (from !== null && before !== null)
    return t('orders due from {{from}} until before {{before}}', { from, before });
  if (from !== null) return t('orders due from {{from}} on', { from });
  return before === null ? t('orders of every hour') : t('orders due before {{before}}', { before });
}
