import { Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Page, PipelineStepView, WaveTemplateView } from '#lib/contracts';
import { ApiError, api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { ChangedByOther } from '../../ui/tower/changed-by-other.js';
import { EditorForm } from '../../ui/tower/editor-form.js';
import { EditorPage } from '../../ui/tower/editor-page.js';
import { errorAt, type FieldErrors, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { FilterFields } from '../../ui/tower/filter-fields.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { LiveMatch, MatchGlance, useMatch } from '../../ui/tower/live-match.js';
import { NumberField } from '../../ui/tower/number-field.js';
import { useSavedDraft } from '../../ui/tower/use-saved-draft.js';
import { StepsEditor } from './steps-editor.js';
import { TemplateActs } from './template-acts.js';
import { bodyOf, draftOf, emptyDraft, orderFaults, type TemplateDraft } from './template-draft.js';

/** A template is made or changed; beside it the orders that it would find, while it is typed. */
export function TemplatePage() {
  const { templateId } = useParams({ strict: false }) as { templateId: string };
  const steps = useQuery({
    queryKey: ['pipeline-steps'],
    queryFn: ({ signal }) => api.get<Page<PipelineStepView>>('/waves/templates/steps', signal),
    staleTime: 60_000,
  });
  return (
    <EditorPage<WaveTemplateView, Page<PipelineStepView>> kind="template" id={templateId} needs={steps}>
      {(template, { items }) => <Editor template={template} known={items} />}
    </EditorPage>
  );
}

function Editor({ template, known }: { template: WaveTemplateView | null; known: PipelineStepView[] }) {
  const { t } = useTranslation();
  const saving = useSavedDraft<TemplateDraft, WaveTemplateView>({
    kind: 'template',
    view: template,
    draftOf: (view) => (view ? draftOf(view) : emptyDraft(known)),
    store: (draft) => {
      const body = bodyOf(draft, template?.version);
      return template
        ? api.put<WaveTemplateView>(`/waves/templates/${template.id}`, body)
        : api.post<WaveTemplateView>('/waves/templates', body);
    },
  });
  const { draft, set } = saving;
  const match = useMatch({ filter: draft.filter, thresholds: draft.thresholds, limits: draft.limits });
  const errors = { ...fieldErrorsOf(match.error), ...saving.errors };
  const hasOrderFault = orderFaults(draft.steps, known).length > 0;
  const { error } = saving.save;
  const isChanged = error instanceof ApiError && error.code === 'waves.template-changed';
  return (
    <EditorForm
      title={template ? template.name : t('New template')}
      note={template?.changedAt && <Changed template={template} />}
      glance={<MatchGlance match={match} />}
      saving={saving}
      obstacle={hasOrderFault ? t('The order of the steps cannot work') : null}
      acts={template && <TemplateActs template={template} isDirty={saving.isDirty()} />}
    >
      <Stack gap="sm">
        {template && isChanged && (
          <ChangedByOther
            title={t('Somebody else has changed this template meanwhile')}
            path={`/waves/templates/${template.id}`}
            kind="template"
            onTaken={saving.take}
          />
        )}
        <TextInput
          label={t('Name')}
          required
          maxLength={80}
          value={draft.name}
          error={errorAt(errors, 'name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <fieldset>
          <legend>{t('Which orders')}</legend>
          <FilterFields value={draft.filter} errors={errors} onChange={(filter) => set({ filter })} />
        </fieldset>
        <Sizes draft={draft} errors={errors} onChange={set} />
        <fieldset>
          <legend>{t('What is done with them, in this order')}</legend>
          <StepsEditor
            steps={draft.steps}
            known={known}
            errors={errors}
            onChange={(next) => set({ steps: next })}
          />
        </fieldset>
      </Stack>
      <aside className="tile" aria-label={t('Orders that match')}>
        <LiveMatch match={match} />
      </aside>
    </EditorForm>
  );
}

function Changed({ template }: { template: WaveTemplateView }) {
  const { t } = useTranslation();
  const { changedAt, changedBy } = template;
  return t('changed {{time}} by {{name}}', { time: dayAndTime(changedAt), name: changedBy ?? '–' });
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
    <NumberField
      label={label}
      min={1}
      value={draft.limits[key]}
      error={errorAt(errors, `limits.${key}`)}
      onChange={(next) => onChange({ limits: { ...draft.limits, [key]: next } })}
    />
  );
  const threshold = (key: keyof typeof thresholds, label: string) => (
    <NumberField
      label={label}
      min={1}
      value={thresholds[key]}
      error={errorAt(errors, `thresholds.${key}`)}
      onChange={(next) => onChange({ thresholds: { ...thresholds, [key]: next } })}
    />
  );
  return (
    <fieldset>
      <legend>{t('How large a wave may be')}</legend>
      <Text size="sm" c="dimmed" mb="xs">
        {t(
          'A wave is full at the first limit that it reaches. Where fewer wait than it takes, none is planned.',
        )}
      </Text>
      <div className="fields">
        {limit('ordersMax', t('Orders, at most'))}
        {limit('linesMax', t('Lines, at most'))}
        {limit('unitsMax', t('Units, at most'))}
        {limit('volumeMlMax', t('Volume, at most, ml'))}
        {limit('weightGramsMax', t('Weight, at most, g'))}
        {limit('pickMinutesMax', t('Picking, at most, minutes'))}
        {limit('packMinutesMax', t('Packing, at most, minutes'))}
        {limit('laneOrdersMax', t('Orders of one carrier service, at most'))}
        {threshold('ordersMin', t('Orders it takes for a wave'))}
        {threshold('linesMin', t('Lines it takes for a wave'))}
        {threshold('unitsMin', t('Units it takes for a wave'))}
        <NumberField
          label={t('Planning takes at most, seconds')}
          placeholder={t('by size')}
          min={1}
          value={draft.planningSecondsMax}
          error={errorAt(errors, 'planningSecondsMax')}
          onChange={(next) => onChange({ planningSecondsMax: next ?? null })}
        />
      </div>
    </fieldset>
  );
}
