import { ActionIcon, Button, Group, Select, Switch, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { PipelineStepView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { errorAt, type FieldErrors } from '../../ui/tower/field-errors.js';
import { moveItem } from '../../ui/tower/move-item.js';
import { NumberField } from '../../ui/tower/number-field.js';
import { OrderedList } from '../../ui/tower/ordered-list.js';
import { type DraftStep, leftOut, orderFaults, withStep } from './template-draft.js';

/** The pipeline: steps in their order, each with its options; what cannot work is said where it stands. */
export function StepsEditor(props: {
  steps: readonly DraftStep[];
  known: readonly PipelineStepView[];
  errors: FieldErrors;
  onChange: (steps: readonly DraftStep[]) => void;
}) {
  const { t } = useTranslation();
  const { steps, known, errors, onChange } = props;
  const faults = orderFaults(steps, known);
  const change = (at: number, step: DraftStep): void => onChange(steps.with(at, step));
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t('Drag a step by its handle, or move it with the arrow keys on the handle.')}
      </Text>
      <OrderedList
        label={t('Steps')}
        onMove={(from, to) => onChange(moveItem(steps, from, to))}
        items={steps.map((step, at) => {
          const found = known.find(({ name }) => name === step.name);
          const own = [
            ...faults
              .filter((fault) => fault.step === step.name)
              .map((fault) => t('must come after {{step}}', { step: t(`step ${fault.before}`) })),
            errors[`pipeline.${at}`] ?? errors[`pipeline.${at}.name`],
          ].filter((said) => said !== undefined);
          return {
            key: step.name,
            name: t(`step ${step.name}`),
            isBad: own.length > 0,
            content: (
              <>
                <Text fw={600}>{t(`step ${step.name}`)}</Text>
                <Text size="sm" c="dimmed">
                  {t(`step-what ${step.name}`)}
                </Text>
                {own.map((said) => (
                  <Text key={said} size="sm" c="var(--mantine-color-error)" role="alert">
                    {said}
                  </Text>
                ))}
                {found && found.options.length > 0 && (
                  <StepOptions
                    step={step}
                    known={found}
                    errorOf={(option) => errorAt(errors, `pipeline.${at}.${option}`)}
                    onChange={(next) => change(at, next)}
                  />
                )}
              </>
            ),
            acts: found?.optional && (
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('Leave out {{name}}', { name: t(`step ${step.name}`) })}
                onClick={() => onChange(steps.toSpliced(at, 1))}
              >
                <IconX size={16} />
              </ActionIcon>
            ),
          };
        })}
      />
      <Group gap="xs" mt="xs">
        {leftOut(steps, known).length > 0 && <Text size="sm">{t('Left out; put in again:')}</Text>}
        {leftOut(steps, known).map(({ name }) => (
          <Button
            key={name}
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange(withStep(steps, name, known))}
          >
            {t(`step ${name}`)}
          </Button>
        ))}
      </Group>
    </>
  );
}

function StepOptions(props: {
  step: DraftStep;
  known: PipelineStepView;
  errorOf: (option: string) => string | undefined;
  onChange: (step: DraftStep) => void;
}) {
  const { t } = useTranslation();
  const { step } = props;
  const set = (name: string, value: unknown): void =>
    props.onChange({ ...step, options: { ...step.options, [name]: value } });
  return (
    <Group gap="sm" mt={4} align="end">
      {props.known.options.map((option) => {
        const value = step.options[option.name];
        const label = t(`option ${option.name}`);
        const error = props.errorOf(option.name);
        if (option.kind === 'flag') {
          return (
            <Switch
              key={option.name}
              label={label}
              checked={value === true}
              error={error}
              onChange={(event) => set(option.name, event.currentTarget.checked || undefined)}
            />
          );
        }
        if (option.kind === 'number') {
          return (
            <NumberField
              key={option.name}
              label={label}
              w={170}
              placeholder={t('as usual')}
              min={option.min}
              max={option.max}
              value={typeof value === 'number' ? value : undefined}
              error={error}
              onChange={(next) => set(option.name, next)}
            />
          );
        }
        return (
          <Select
            key={option.name}
            label={label}
            maw={300}
            style={{ flex: '1 1 220px' }}
            placeholder={t('as usual')}
            clearable
            value={typeof value === 'string' ? value : null}
            error={error}
            data={(option.choices ?? []).map((choice) => ({ value: choice, label: t(`choose ${choice}`) }))}
            onChange={(next) => set(option.name, next ?? undefined)}
          />
        );
      })}
    </Group>
  );
}
