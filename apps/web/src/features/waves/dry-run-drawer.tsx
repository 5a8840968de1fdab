import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { DryRunView, WaveView } from '#lib/contracts';
import { ApiError, api, reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { span } from '../../ui/tower/format.js';
import { useTemplates } from '../../ui/tower/name-and-template.js';
import { SidePanel } from '../../ui/tower/side-panel.js';
import { useAct } from '../../ui/tower/use-act.js';
import { useNow } from '../../ui/tower/use-now.js';
import { DryRun } from './dry-run.js';
import { useWaveAct } from './use-wave-act.js';
import { WaveActDialogs } from './wave-act-dialogs.js';
import { actsOf } from './wave-acts.js';

interface DrySearch {
  dry?: string;
  dryTemplate?: string;
}

/** A dry run older than this is made again when its panel is opened. */
const FRESH_MS = 60_000;

/** What a wave, or a template now, would come to, with the commit right beside it. Which one is in the address. */
export function DryRunDrawer({ waves }: { waves: WaveView[] }) {
  const { dry, dryTemplate } = useSearch({ strict: false }) as DrySearch;
  const navigate = useNavigate();
  const close = (): void =>
    void navigate({
      to: '.',
      search: ((now: object) => ({ ...now, dry: undefined, dryTemplate: undefined })) as never,
    });
  const path = dry ? `/waves/${dry}/dry-run` : dryTemplate ? `/waves/templates/${dryTemplate}/dry-run` : null;
  if (!path) return null;
  const wave = waves.find(({ id }) => id === dry) ?? null;
  return <DryRunPanel key={path} path={path} wave={wave} templateId={dryTemplate ?? null} onClose={close} />;
}

function DryRunPanel(props: {
  path: string;
  wave: WaveView | null;
  templateId: string | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const now = useNow(1_000);
  const { view, isRunning, trouble, again, stop } = useDryRun(props.path);
  const templates = useTemplates();
  const template = templates.data?.items.find(({ id }) => id === props.templateId)?.name ?? view?.template;
  const title = props.wave
    ? t('Dry run of wave {{number}}', { number: props.wave.number })
    : template
      ? t('Dry run of {{name}}', { name: template })
      : t('Dry run');
  return (
    <SidePanel
      title={title}
      onClose={props.onClose}
      footer={
        <Group justify="space-between">
          {stop ? (
            <Button variant="default" onClick={stop}>
              {t('Stop the dry run')}
            </Button>
          ) : (
            <Button variant="default" onClick={again} loading={isRunning}>
              {t('Run again')}
            </Button>
          )}
          {props.wave && <ReleaseBeside wave={props.wave} onDone={props.onClose} />}
          {props.templateId && <PlanBeside templateId={props.templateId} onDone={props.onClose} />}
        </Group>
      }
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed" role="status">
          {isRunning
            ? t('Planning what would happen. Nothing is kept.')
            : view
              ? t('Made {{age}} ago. Nothing was kept.', { age: span(view.at, now) })
              : ''}
        </Text>
        {trouble && (
          <Alert color="red" title={t('The dry run failed')}>
            {trouble}
          </Alert>
        )}
        {view ? <DryRun view={view} /> : isRunning && <Loader aria-label={t('Loading')} />}
      </Stack>
    </SidePanel>
  );
}

/** The dry run that is kept, and a new one where there is none or it is old. */
function useDryRun(path: string) {
  const client = useQueryClient();
  const kept = useQuery({
    queryKey: ['dry-run', path],
    queryFn: async ({ signal }) => {
      try {
        return await api.get<DryRunView>(path, signal);
      } catch (error) {
        if (error instanceof ApiError && error.code === 'waves.no-dry-run') return null;
        throw error;
      }
    },
  });
  const run = useMutation({
    mutationFn: () => api.post<DryRunView>(path, {}, undefined, DRY_RUN_LIMIT_MS),
    onSuccess: (view) => client.setQueryData(['dry-run', path], view),
  });
  const stop = useMutation({
    mutationFn: () => api.post(`${path}/stop`, {}),
    // It had just ended by itself.
    onError: () => client.invalidateQueries({ queryKey: ['dry-run', path] }),
  });
  const { mutate } = run;
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current || kept.data === undefined) return;
    asked.current = true;
    if (kept.data === null || Date.now() - Date.parse(kept.data.at) > FRESH_MS) mutate();
  }, [kept.data, mutate]);
  const error = run.error ?? kept.error;
  return {
    view: kept.data ?? null,
    isRunning: run.isPending || kept.isPending,
    trouble: error ? reasonOf(error) : null,
    again: () => mutate(),
    stop: run.isPending && !stop.isPending ? () => stop.mutate() : null,
  };
}

/** Planning thousands of orders takes its time; after this the panel says that no answer came. */
const DRY_RUN_LIMIT_MS = 120_000;

function ReleaseBeside({ wave, onDone }: { wave: WaveView; onDone: () => void }) {
  const { t } = useTranslation();
  const acts = useWaveAct(onDone);
  const next = actsOf(wave.state).find(({ primary }) => primary);
  return (
    <>
      {next ? (
        <Button loading={acts.busyOf(wave) !== null} onClick={() => acts.act(wave, next.name)}>
          {t(next.label)}
        </Button>
      ) : (
        <Text fw={600}>{t(`wave ${wave.state}`)}</Text>
      )}
      <WaveActDialogs acts={acts} />
    </>
  );
}

function PlanBeside({ templateId, onDone }: { templateId: string; onDone: () => void }) {
  const { t } = useTranslation();
  const plan = useAct(() => api.post('/waves', { templateId }).then(onDone), {
    done: t('The wave is being planned.'),
    refresh: ['waves', 'templates'],
  });
  return (
    <Button loading={plan.isPending} onClick={() => plan.mutate()}>
      {t('Plan this wave')}
    </Button>
  );
}
