import { Button, List, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { UndoGroup, UndoView, UndoWave } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { ScrollBox } from '../../ui/tower/scroll-box.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Asked for again while the dialog is open: people go on picking meanwhile. */
const LOOK_AGAIN_MS = 5_000;

/** Undo with the list of its effects before anything happens. Which wave is in the address (`?undo=`). */
export function UndoDialog() {
  const { undo: waveId } = useSearch({ strict: false }) as { undo?: string };
  const navigate = useNavigate();
  const close = (): void =>
    void navigate({ to: '.', search: ((now: object) => ({ ...now, undo: undefined })) as never });
  return waveId ? <Undo waveId={waveId} onClose={close} /> : null;
}

function Undo({ waveId, onClose }: { waveId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const dryRun: UndoWave = { dryRun: true };
  const effects = useQuery({
    queryKey: ['undo', waveId],
    queryFn: () => api.post<UndoView>(`/waves/${waveId}/undo`, dryRun),
    refetchInterval: LOOK_AGAIN_MS,
  });
  const undo = useAct(
    async () => {
      const view = await api.post<UndoView>(`/waves/${waveId}/undo`, {});
      onClose();
      return view;
    },
    {
      done: (view) =>
        t('Wave {{number}} is undone: {{back}} orders wait again, {{kept}} stay.', {
          number: view.waveNumber,
          back: view.ordersBack,
          kept: view.ordersKept,
        }),
      refresh: ['waves', 'wave', 'wave-runs', 'waiting'],
    },
  );
  return (
    <Dialog
      onClose={onClose}
      size="lg"
      title={
        effects.data ? t('Undo wave {{number}}?', { number: effects.data.waveNumber }) : t('Undo this wave?')
      }
      footer={
        <>
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('Keep the wave')} (Esc)
          </Button>
          {effects.data && (
            <Button color="red" loading={undo.isPending} onClick={() => undo.mutate(undefined)}>
              {t('Undo, {{count}} orders go back', { count: effects.data.ordersBack })}
            </Button>
          )}
        </>
      }
    >
      <QueryState query={effects}>
        {(view) => (
          <>
            <Text mb="sm">
              {view.ordersKept === 0
                ? t('{{count}} orders go back to waiting. The wave is cancelled.', { count: view.ordersBack })
                : t('{{back}} orders go back to waiting, {{kept}} stay and are finished.', {
                    back: view.ordersBack,
                    kept: view.ordersKept,
                  })}
            </Text>
            <Groups title={t('What happens')} groups={view.effects} />
            <Groups title={t('What cannot be undone and stays')} groups={view.kept} kept />
          </>
        )}
      </QueryState>
    </Dialog>
  );
}

function Groups({ title, groups, kept = false }: { title: string; groups: UndoGroup[]; kept?: boolean }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  if (groups.length === 0) return null;
  return (
    <section className={kept ? 'undo-kept' : undefined}>
      <Title order={3} size="h5" mt="sm">
        {title}
      </Title>
      {groups.map((group) => (
        <details key={group.code} open={kept || undefined}>
          <summary>{t(`undo ${group.code}`, { count: group.count })}</summary>
          <ScrollBox className="undo-items" label={t(`undo ${group.code}`, { count: group.count })}>
            <List size="sm">
              {group.items.map((item) => (
                <List.Item key={item.text}>{words(item)}</List.Item>
              ))}
            </List>
            {group.count > group.items.length && (
              <Text size="sm" c="dimmed">
                {t('and {{count}} more', { count: group.count - group.items.length })}
              </Text>
            )}
          </ScrollBox>
        </details>
      ))}
    </section>
  );
}
