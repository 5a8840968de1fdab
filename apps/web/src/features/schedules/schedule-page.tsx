import {
  Button,
  Chip,
  Group,
  Input,
  NumberInput,
  SegmentedControl,
  Stack,
  Switch,
  Table,
  TagsInput,
  Title,
} from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
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
import { errorAt, type FieldErrors, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { NameAndTemplate, useTemplates } from '../../ui/tower/name-and-template.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useAct } from '../../ui/tower/use-act.js';
import { useSavedDraft } from '../../ui/tower/use-saved-draft.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { RunWords } from './schedules-page.js';

const NEW = 'new';

export function SchedulePage() {
  const { scheduleId } = useParams({ strict: false }) as { scheduleId: string };
  const templates = useTemplates();
  const schedule = useQuery({
    queryKey: ['schedule', scheduleId],
    queryFn: async ({ signal }) =>
      scheduleId === NEW ? null : await api.get<ScheduleView>(`/waves/schedules/${scheduleId}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Stack gap="sm">
      <WaveTabs />
      <QueryState query={templates}>
        {({ items }) => (
          <QueryState query={schedule}>
            {(view) => <Editor key={scheduleId} schedule={view} templates={items} />}
          </QueryState>
        )}
      </QueryState>
    </Stack>
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
  const [initial, setInitial] = useState(() => draftOf(schedule));
  const [draft, setDraft] = useState(initial);
  const set = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const saving = useSave(schedule, draft, initial, setInitial);
  const errors = fieldErrorsOf(saving.save.error);
  return (
    <EditorForm
      title={schedule ? schedule.name : t('New schedule')}
      saving={saving}
      acts={schedule && <Remove schedule={schedule} />}
    >
      <Stack gap="sm">
        <div className="fields">
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
  return (
    <fieldset>
      <legend>{t('When')}</legend>
      <SegmentedControl
        mb="sm"
        aria-label={t('What says when')}
        value={rule.kind}
        onChange={(kind) => onChange(kind === 'times' ? TIMES : CUT_OFF)}
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
        <div className="fields">
          <NumberInput
            label={t('Earlier than the plan says, minutes')}
            min={0}
            value={rule.marginMinutes}
            error={errorAt(errors, 'rule.marginMinutes')}
            onChange={(next) => onChange({ ...rule, marginMinutes: Number(next) })}
          />
          <NumberInput
            label={t('Wait for this many orders, unless they would be late')}
            min={1}
            value={rule.ordersMin}
            error={errorAt(errors, 'rule.ordersMin')}
            onChange={(next) => onChange({ ...rule, ordersMin: Number(next) })}
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

function useSave(
  schedule: ScheduleView | null,
  draft: Draft,
  initial: Draft,
  setInitial: (draft: Draft) => void,
) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const store = (body: Draft): Promise<ScheduleView> =>
    schedule
      ? api.patch<ScheduleView>(`/waves/schedules/${schedule.id}`, body)
      : api.post<ScheduleView>('/waves/schedules', body);
  const arrive = async (view: ScheduleView): Promise<void> => {
    client.setQueryData(['schedule', view.id], view);
    await navigate({ to: '/waves/schedules/$scheduleId', params: { scheduleId: view.id }, replace: true });
  };
  return useSavedDraft({ draft, initial, setInitial, store, arrive, refresh: ['schedules'] });
}

function Remove({ schedule }: { schedule: ScheduleView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useAct(
    async () => {
      await api.delete(`/waves/schedules/${schedule.id}`);
      await navigate({ to: '/waves/schedules' });
    },
    { done: t('The schedule is gone.'), refresh: ['schedules'] },
  );
  return (
    <Button variant="default" color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
      {t('Remove')}
    </Button>
  );
}
