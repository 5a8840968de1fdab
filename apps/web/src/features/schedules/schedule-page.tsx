import { Chip, Group, Input, SegmentedControl, Stack, Switch, Table, TagsInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRef } from 'react';
import type {
  CreateSchedule,
  Page,
  ScheduleRule,
  ScheduleRunView,
  ScheduleView,
  WaveTemplateView,
} from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { EditorForm } from '../../ui/tower/editor-form.js';
import { EditorPage } from '../../ui/tower/editor-page.js';
import { errorAt, type FieldErrors } from '../../ui/tower/field-errors.js';
import { NameAndTemplate, useTemplates } from '../../ui/tower/name-and-template.js';
import { NumberField } from '../../ui/tower/number-field.js';
import { PutAway } from '../../ui/tower/put-away.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useSavedDraft } from '../../ui/tower/use-saved-draft.js';
import { RunWords } from './schedules-page.js';

/** When a template's waves are planned by themselves, and beside it what became of the last times. */
export function SchedulePage() {
  const { scheduleId } = useParams({ strict: false }) as { scheduleId: string };
  return (
    <EditorPage<ScheduleView, { items: WaveTemplateView[] }>
      kind="schedule"
      id={scheduleId}
      needs={useTemplates()}
    >
      {(schedule, { items }) => <Editor schedule={schedule} templates={items} />}
    </EditorPage>
  );
}

type Draft = Omit<CreateSchedule, 'templateId'> & { templateId: string | null };

function draftOf(schedule: ScheduleView | null): Draft {
  if (schedule) {
    const { name, templateId, rule, planOnly, active } = schedule;
    return { name, templateId, rule, planOnly, active };
  }
  return { name: '', templateId: null, rule: TIMES, planOnly: false, active: true };
}

const TIMES: ScheduleRule = { kind: 'times', times: ['06:00'], days: [1, 2, 3, 4, 5] };
const CUT_OFF: ScheduleRule = { kind: 'cut-off', marginMinutes: 15, ordersMin: 10 };

function Editor({ schedule, templates }: { schedule: ScheduleView | null; templates: WaveTemplateView[] }) {
  const { t } = useTranslation();
  const saving = useSavedDraft({
    kind: 'schedule',
    view: schedule,
    draftOf,
    store: (draft) =>
      schedule
        ? api.patch<ScheduleView>(`/waves/schedules/${schedule.id}`, draft)
        : api.post<ScheduleView>('/waves/schedules', draft),
  });
  const { draft, set, errors } = saving;
  return (
    <EditorForm
      title={schedule ? schedule.name : t('New schedule')}
      saving={saving}
      acts={
        schedule && (
          <PutAway
            kind="schedule"
            id={schedule.id}
            label={t('Remove')}
            question={t('Remove schedule {{name}}?', { name: schedule.name })}
            outcome={t('It plans no wave any more. The waves that it has planned stay.')}
            done={t('The schedule is gone.')}
            onGone={saving.giveUp}
          />
        )
      }
    >
      <Stack gap="sm">
        <div className="fields two">
          <NameAndTemplate
            value={draft}
            templates={templates}
            errors={errors}
            onChange={(part) => set('name' in part ? part : { templateId: part.templateId ?? null })}
          />
        </div>
        <RuleFields rule={draft.rule} errors={errors} onChange={(rule) => set({ rule })} />
        <Switch
          label={t('Plans only; a person releases')}
          checked={draft.planOnly ?? false}
          onChange={(event) => set({ planOnly: event.currentTarget.checked })}
        />
        <Switch
          label={t('Active')}
          checked={draft.active ?? true}
          onChange={(event) => set({ active: event.currentTarget.checked })}
        />
      </Stack>
      {schedule && (
        <aside className="tile" aria-label={t('What became of it')}>
          <Runs scheduleId={schedule.id} />
        </aside>
      )}
    </EditorForm>
  );
}

function RuleFields(props: {
  rule: ScheduleRule;
  errors: FieldErrors;
  onChange: (rule: ScheduleRule) => void;
}) {
  const { t } = useTranslation();
  const { rule, errors, onChange } = props;
  const other = useRef<ScheduleRule>(rule.kind === 'times' ? CUT_OFF : TIMES);
  const turn = (): void => {
    onChange(other.current);
    other.current = rule;
  };
  return (
    <fieldset>
      <legend>{t('When')}</legend>
      <SegmentedControl
        mb="sm"
        aria-label={t('What says when')}
        value={rule.kind}
        onChange={turn}
        data={[
          { value: 'times', label: t('At fixed times') },
          { value: 'cut-off', label: t('Driven by the cut-offs') },
        ]}
      />
      {rule.kind === 'times' ? (
        <Stack gap="sm">
          <TagsInput
            label={t('Times, as the site’s clock shows them')}
            placeholder={t('such as 06:00')}
            value={rule.times}
            error={errorAt(errors, 'rule.times')}
            onChange={(times) => onChange({ ...rule, times: times.map(asTime) })}
          />
          <Input.Wrapper label={t('Days')} error={errorAt(errors, 'rule.days')}>
            <Chip.Group
              multiple
              value={rule.days.map(String)}
              onChange={(days) => onChange({ ...rule, days: days.map(Number).toSorted((a, b) => a - b) })}
            >
              <Group gap={6} mt={4}>
                {['1', '2', '3', '4', '5', '6', '7'].map((day) => (
                  <Chip key={day} value={day} size="sm">
                    {t(`day ${day}`)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
        </Stack>
      ) : (
        <div className="fields two">
          <NumberField
            label={t('Earlier than the plan says, minutes')}
            required
            min={0}
            value={rule.marginMinutes}
            error={errorAt(errors, 'rule.marginMinutes')}
            onChange={(next) => onChange({ ...rule, marginMinutes: next } as ScheduleRule)}
          />
          <NumberField
            label={t('Wait for this many orders, unless they would be late')}
            required
            min={1}
            value={rule.ordersMin}
            error={errorAt(errors, 'rule.ordersMin')}
            onChange={(next) => onChange({ ...rule, ordersMin: next } as ScheduleRule)}
          />
        </div>
      )}
    </fieldset>
  );
}

/** "6:00" and "0600" as they are meant; anything else stays for the core to refuse by name. */
function asTime(typed: string): string {
  const found = /^(\d{1,2})[:.]?(\d{2})$/.exec(typed.trim());
  return found ? `${found[1]!.padStart(2, '0')}:${found[2]}` : typed.trim();
}

function Runs({ scheduleId }: { scheduleId: string }) {
  const { t } = useTranslation();
  const runs = useQuery({
    queryKey: ['schedules', scheduleId, 'runs'],
    queryFn: ({ signal }) => api.get<Page<ScheduleRunView>>(`/waves/schedules/${scheduleId}/runs`, signal),
    refetchInterval: 10_000,
  });
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {t('What became of it')}
      </Title>
      <QueryState query={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('It was not due yet.')}</p>
          ) : (
            <Table>
              <Table.Tbody>
                {items.map((run) => (
                  <Table.Tr key={run.id}>
                    <Table.Td>
                      <RunWords run={run} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </QueryState>
    </>
  );
}
