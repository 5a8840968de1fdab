import '../../ui/tower/flow.css';
import { Button, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LanePlanView, PointLanes } from '#lib/contracts';
import { ApiError, api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { ChangedByOther } from '../../ui/tower/changed-by-other.js';
import { Confirm } from '../../ui/tower/confirm.js';
import { EditorForm } from '../../ui/tower/editor-form.js';
import { errorAt, type FieldErrors, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useAct } from '../../ui/tower/use-act.js';
import { useSavedDraft } from '../../ui/tower/use-saved-draft.js';
import { bodyOf, differenceWords, draftOf, type LanePlanDraft } from './lane-plan-draft.js';
import { EffectGlance, LanePlanEffects, useEffectOf } from './lane-plan-effects.js';
import { LanePlanHistory } from './lane-plan-history.js';
import { LaneTakes } from './lane-takes.js';
import { SorterTabs } from './sorter-tabs.js';
import { useSorter } from './use-sorter.js';

const KEY = ['lane-plan', 'lanes'];

/** Which lane takes which carrier services: edited, with what it would move beside it, and who changed it before. */
export function LanePlanPage() {
  const stored = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<LanePlanView>('/flow/lane-plan', signal),
    // What is typed is not to be replaced by what somebody else saved.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Stack gap="sm">
      <SorterTabs />
      <QueryState query={stored}>{(view) => <Editor view={view} />}</QueryState>
    </Stack>
  );
}

function Editor({ view }: { view: LanePlanView }) {
  const { t } = useTranslation();
  const sorter = useSorter();
  const saving = useSavedDraft<LanePlanDraft, LanePlanView>({
    kind: 'lane-plan',
    view,
    draftOf: (given) => draftOf(given ?? view),
    store: (draft) => api.put<LanePlanView>('/flow/lane-plan', bodyOf(draft, view.revision)),
  });
  const { draft, set } = saving;
  const isDirty = saving.isDirty();
  const effect = useEffectOf(draft, isDirty);
  const errors = { ...fieldErrorsOf(effect.error), ...saving.errors };
  const { error } = saving.save;
  const isChanged = error instanceof ApiError && error.code === 'flow.lane-plan-changed';
  const [last] = view.history;
  const ship = view.lanes.filter(({ kind }) => kind === 'ship');
  return (
    <EditorForm
      title={t('What lanes take')}
      note={last && t('changed {{time}} by {{name}}', { time: dayAndTime(last.at), name: last.by })}
      glance={<EffectGlance effect={effect} />}
      saving={saving}
      acts={view.undoable && <Undo view={view} disabled={isDirty} onUndone={saving.take} />}
    >
      <Stack gap="sm">
        {isChanged && (
          <ChangedByOther
            title={t('Somebody else has changed what lanes take meanwhile')}
            path="/flow/lane-plan"
            kind="lane-plan"
            onTaken={saving.take}
          />
        )}
        {ship.length === 0 && <Text c="dimmed">{t('No lanes yet. Import a site that has a conveyor.')}</Text>}
        {ship.map((lane) => (
          <LaneTakes
            key={lane.code}
            lane={lane}
            live={sorter.data?.lanes.find(({ code }) => code === lane.code)}
            services={view.services}
            takes={draft.takes}
            errors={errors}
            onChange={(takes) => set({ takes })}
          />
        ))}
        {draft.points.map((point, at) => (
          <PointFields
            key={point.point}
            point={point}
            at={at}
            lanes={view.lanes}
            errors={errors}
            onChange={(next) => set({ points: draft.points.with(at, next) })}
          />
        ))}
      </Stack>
      <aside className="tile" aria-label={t('What it would change')}>
        <LanePlanEffects effect={effect} isDirty={isDirty} draft={draft} services={view.services} />
        <LanePlanHistory history={view.history} />
      </aside>
    </EditorForm>
  );
}

/** Where a scan point sends what it can't sort. */
function PointFields(props: {
  point: PointLanes;
  at: number;
  lanes: LanePlanView['lanes'];
  errors: FieldErrors;
  onChange: (point: PointLanes) => void;
}) {
  const { t } = useTranslation();
  const { point, at, errors, onChange } = props;
  const data = props.lanes
    .filter(({ kind }) => kind === 'exception' || kind === 'no-read')
    .map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }));
  const field = (key: 'exceptionLane' | 'noReadLane', label: string) => (
    <Select
      label={label}
      allowDeselect={false}
      data={data}
      value={point[key]}
      error={errorAt(errors, `points.${at}.${key}`)}
      onChange={(lane) => lane && onChange({ ...point, [key]: lane })}
    />
  );
  return (
    <fieldset>
      <legend>{t('Scan point {{code}}', { code: point.point })}</legend>
      <div className="fields two">
        {field('exceptionLane', t('Parcels without a way go to'))}
        {field('noReadLane', t('Parcels that nobody could read go to'))}
      </div>
    </fieldset>
  );
}

/** The last change taken back, once a person has seen what that is. */
function Undo(props: { view: LanePlanView; disabled: boolean; onUndone: (view: LanePlanView) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { revision, history } = props.view;
  const [asked, ask] = useDisclosure(false);
  const undo = useAct(
    async () => {
      const view = await api.post<LanePlanView>('/flow/lane-plan/undo', { revision });
      client.setQueryData(KEY, view);
      props.onUndone(view);
    },
    { done: t('The last change is taken back.'), refresh: ['sorter'] },
  );
  return (
    <>
      <Button variant="default" disabled={props.disabled} onClick={ask.open}>
        {t('Undo the last change')}
      </Button>
      {asked && (
        <Confirm
          question={t('Undo revision {{revision}}?', { revision })}
          yes={t('Undo it')}
          isPending={undo.isPending}
          onYes={() => undo.mutate(undefined, { onSettled: ask.close })}
          onNo={ask.close}
        >
          {t('Parcels on their way follow at once. It was: {{changes}}', {
            changes: history[0]!.differences.map((each) => differenceWords(each, t)).join('; '),
          })}
        </Confirm>
      )}
    </>
  );
}
