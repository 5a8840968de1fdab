import { Alert, Button, Group, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Page, PipelineStepView, WaveTemplateView } from '#lib/contracts';
import { ApiError, api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { errorAt, type FieldErrors, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { FilterFields } from '../../ui/tower/filter-fields.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { LiveMatch, useMatch } from '../../ui/tower/live-match.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { UnsavedGuard } from '../../ui/tower/unsaved.js';
import { useAct } from '../../ui/tower/use-act.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { StepsEditor } from './steps-editor.js';
import { TemplateActs } from './template-acts.js';
import { bodyOf, draftOf, emptyDraft, isSame, orderFaults, type TemplateDraft } from './template-draft.js';

const NEW = 'new';

/** A template is made or changed; beside it the orders that it would find, while it is typed. */
export function TemplatePage() {
  const { templateId } = useParams({ strict: false }) as { templateId: string };
  const steps = useQuery({
    queryKey: ['pipeline-steps'],
    queryFn: ({ signal }) => api.get<Page<PipelineStepView>>('/waves/templates/steps', signal),
    staleTime: 60_000,
  });
  const template = useQuery({
    queryKey: ['template', templateId],
    queryFn: async ({ signal }) =>
      templateId === NEW ? null : await api.get<WaveTemplateView>(`/waves/templates/${templateId}`, signal),
    // What is typed is not to be replaced by what somebody else saved: the version tells it on saving.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Stack gap="sm">
      <WaveTabs />
      <QueryState query={steps}>
        {({ items: known }) => (
          <QueryState query={template}>
            {(view) => <Editor key={`${templateId}${view?.version}`} template={view} known={known} />}
          </QueryState>
        )}
      </QueryState>
    </Stack>
  );
}

interface EditorProps {
  template: WaveTemplateView | null;
  known: PipelineStepView[];
}

function Editor({ template, known }: EditorProps) {
  const { t } = useTranslation();
  const [initial] = useState(() => (template ? draftOf(template) : emptyDraft(known)));
  const [draft, setDraft] = useState<TemplateDraft>(initial);
  const { save, errors, isDirty } = useSave(template, draft, initial);
  const set = (part: Partial<TemplateDraft>): void => setDraft((now) => ({ ...now, ...part }));
  const match = useMatch({ filter: draft.filter, thresholds: draft.thresholds, limits: draft.limits });
  const all = { ...fieldErrorsOf(match.error), ...errors };
  const faults = orderFaults(draft.steps, known);
  const isChanged = save.error instanceof ApiError && save.error.code === 'waves.template-changed';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <UnsavedGuard isDirty={isDirty} />
      <Group justify="space-between" mb="sm" className="editor-head">
        <div>
          <Title order={1} size="h2">
            {template ? template.name : t('New template')}
          </Title>
          {template?.changedAt && (
            <Text size="sm" c="dimmed">
              {t('changed {{time}} by {{name}}', {
                time: dayAndTime(template.changedAt),
                name: template.changedBy ?? '–',
              })}
            </Text>
          )}
        </div>
        <Group gap="xs">
          {template && <TemplateActs template={template} isDirty={!isSame(draft, initial)} />}
          <Button
            type="submit"
            loading={save.isPending}
            disabled={isSame(draft, initial) || faults.length > 0}
          >
            {t('Save')}
          </Button>
        </Group>
      </Group>
      {isChanged && <ChangedByOther templateId={template!.id} />}
      <div className="editor">
        <Stack gap="sm">
          <TextInput
            label={t('Name')}
            required
            maxLength={80}
            value={draft.name}
            error={errorAt(all, 'name')}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <fieldset>
            <legend>{t('Which orders')}</legend>
            <FilterFields value={draft.filter} errors={all} onChange={(filter) => set({ filter })} />
          </fieldset>
          <Sizes draft={draft} errors={all} onChange={set} />
          <fieldset>
            <legend>{t('What is done with them, in this order')}</legend>
            <StepsEditor
              steps={draft.steps}
              known={known}
              errors={all}
              onChange={(steps) => set({ steps })}
            />
          </fieldset>
        </Stack>
        <aside className="tile" aria-label={t('Orders that match')}>
          <LiveMatch match={match} />
        </aside>
      </div>
    </form>
  );
}

/** Saving: what the core finds wrong comes back by field; what is saved is no longer unsaved. */
function useSave(template: WaveTemplateView | null, draft: TemplateDraft, initial: TemplateDraft) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const saved = useRef(false);
  const save = useAct(
    async () => {
      const body = bodyOf(draft, template?.version);
      const view = template
        ? await api.put<WaveTemplateView>(`/waves/templates/${template.id}`, body)
        : await api.post<WaveTemplateView>('/waves/templates', body);
      saved.current = true;
      client.setQueryData(['template', view.id], view);
      await navigate({
        to: '/waves/templates/$templateId',
        params: { templateId: view.id },
        replace: true,
      });
    },
    { done: t('Saved.'), refresh: ['templates'] },
  );
  const isDirty = (): boolean => !saved.current && !isSame(draft, initial);
  return { save, errors: fieldErrorsOf(save.error), isDirty };
}

function ChangedByOther({ templateId }: { templateId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <Alert color="orange" mb="sm" title={t('Somebody else has changed this template meanwhile')}>
      <Group justify="space-between">
        <Text size="sm">{t('Take their version and make your changes again.')}</Text>
        <Button
          size="xs"
          variant="default"
          onClick={() => void client.invalidateQueries({ queryKey: ['template', templateId] })}
        >
          {t('Take their version')}
        </Button>
      </Group>
    </Alert>
  );
}

/** How large a wave gets at most, how small it may be, how long its planning may take. */
function Sizes(props: {
  draft: TemplateDraft;
  errors: FieldErrors;
  onChange: (part: Partial<TemplateDraft>) => void;
}) {
  const { t } = useTranslation();
  const { draft, errors, onChange } = props;
  const thresholds = draft.thresholds ?? {};
  const limit = (key: keyof TemplateDraft['limits'], label: string) => (
    <NumberInput
      label={label}
      value={draft.limits[key] ?? ''}
      min={1}
      allowDecimal={false}
      thousandSeparator=" "
      hideControls
      error={errorAt(errors, `limits.${key}`)}
      onChange={(next) =>
        onChange({ limits: { ...draft.limits, [key]: typeof next === 'number' ? next : undefined } })
      }
    />
  );
  const threshold = (key: keyof typeof thresholds, label: string) => (
    <NumberInput
      label={label}
      value={thresholds[key] ?? ''}
      min={1}
      allowDecimal={false}
      hideControls
      error={errorAt(errors, `thresholds.${key}`)}
      onChange={(next) =>
        onChange({ thresholds: { ...thresholds, [key]: typeof next === 'number' ? next : undefined } })
      }
    />
  );
  return (
    <fieldset>
      <legend>{t('How large a wave may be')}</legend>
      <div className="fields">
        {limit('ordersMax', t('Orders, at most'))}
        {limit('linesMax', t('Lines, at most'))}
        {limit('unitsMax', t('Units, at most'))}
        {limit('volumeMlMax', t('Volume, at most, ml'))}
        {limit('weightGramsMax', t('Weight, at most, g'))}
        {threshold('ordersMin', t('Worth a wave from orders'))}
        {threshold('linesMin', t('Worth a wave from lines'))}
        {threshold('unitsMin', t('Worth a wave from units'))}
        <NumberInput
          label={t('Planning takes at most, seconds')}
          placeholder={t('by the number of orders')}
          value={draft.planningSecondsMax ?? ''}
          min={1}
          hideControls
          allowDecimal={false}
          error={errorAt(errors, 'planningSecondsMax')}
          onChange={(next) => onChange({ planningSecondsMax: typeof next === 'number' ? next : null })}
        />
      </div>
    </fieldset>
  );
}
