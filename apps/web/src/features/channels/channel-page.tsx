import { Alert, Button, NumberInput, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { CreateChannel, ReleaseChannelView, WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { EditorForm } from '../../ui/tower/editor-form.js';
import { errorAt, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { FilterFields } from '../../ui/tower/filter-fields.js';
import { LiveMatch, useMatch } from '../../ui/tower/live-match.js';
import { NameAndTemplate, useTemplates } from '../../ui/tower/name-and-template.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useAct } from '../../ui/tower/use-act.js';
import { useSavedDraft } from '../../ui/tower/use-saved-draft.js';
import { WaveTabs } from '../../ui/tower/wave-tabs.js';
import { Reasons } from '../../ui/tower/why.js';

const NEW = 'new';

/** A channel is made or changed, with the orders that it would find beside it. */
export function ChannelPage() {
  const { channelId } = useParams({ strict: false }) as { channelId: string };
  const templates = useTemplates();
  const channel = useQuery({
    queryKey: ['channel', channelId],
    queryFn: async ({ signal }) =>
      channelId === NEW ? null : await api.get<ReleaseChannelView>(`/waves/channels/${channelId}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Stack gap="sm">
      <WaveTabs />
      <QueryState query={templates}>
        {({ items }) => (
          <QueryState query={channel}>
            {(view) => <Editor key={channelId} channel={view} templates={items} />}
          </QueryState>
        )}
      </QueryState>
    </Stack>
  );
}

type Draft = Partial<CreateChannel> & { name: string };

function draftOf(channel: ReleaseChannelView | null): Draft {
  if (!channel) return { name: '', filter: {}, state: 'locked', maxInFlight: 60, batchOrders: 12 };
  const { name, templateId, filter, maxInFlight, batchOrders } = channel;
  return { name, templateId, filter, maxInFlight, batchOrders };
}

function Editor(props: { channel: ReleaseChannelView | null; templates: WaveTemplateView[] }) {
  const { t } = useTranslation();
  const { channel, templates } = props;
  const [initial, setInitial] = useState(() => draftOf(channel));
  const [draft, setDraft] = useState(initial);
  const set = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const saving = useSave(channel, draft, initial, setInitial);
  const match = useMatch({ filter: draft.filter ?? {} });
  const errors = { ...fieldErrorsOf(match.error), ...fieldErrorsOf(saving.save.error) };
  const number = (key: 'maxInFlight' | 'batchOrders', label: string) => (
    <NumberInput
      label={label}
      required
      min={1}
      allowDecimal={false}
      value={draft[key] ?? ''}
      error={errorAt(errors, key)}
      onChange={(next) => set({ [key]: typeof next === 'number' ? next : undefined })}
    />
  );
  return (
    <EditorForm
      title={channel ? channel.name : t('New channel')}
      saving={saving}
      acts={channel && <Archive channel={channel} />}
    >
      <Stack gap="sm">
        <div className="fields">
          <NameAndTemplate value={draft} templates={templates} errors={errors} onChange={set} />
          {number('maxInFlight', t('Orders in flight, at most'))}
          {number('batchOrders', t('Orders a release, at most'))}
        </div>
        <fieldset>
          <legend>{t('Which orders')}</legend>
          <FilterFields value={draft.filter ?? {}} errors={errors} onChange={(filter) => set({ filter })} />
        </fieldset>
      </Stack>
      <aside className="tile" aria-label={t('Orders that match')}>
        <LiveMatch match={match} />
        {channel && channel.reasons.length > 0 && (
          <Alert mt="sm" color="orange" title={t('Releases nothing right now:')}>
            <Reasons reasons={channel.reasons} />
          </Alert>
        )}
        {!channel && (
          <Text size="sm" c="dimmed" mt="sm">
            {t('A new channel is locked: open it when you have looked at it.')}
          </Text>
        )}
      </aside>
    </EditorForm>
  );
}

function useSave(
  channel: ReleaseChannelView | null,
  draft: Draft,
  initial: Draft,
  setInitial: (draft: Draft) => void,
) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const store = (body: Draft): Promise<ReleaseChannelView> =>
    channel
      ? api.patch<ReleaseChannelView>(`/waves/channels/${channel.id}`, body)
      : api.post<ReleaseChannelView>('/waves/channels', body);
  const arrive = async (view: ReleaseChannelView): Promise<void> => {
    client.setQueryData(['channel', view.id], view);
    await navigate({ to: '/waves/channels/$channelId', params: { channelId: view.id }, replace: true });
  };
  return useSavedDraft({ draft, initial, setInitial, store, arrive, refresh: ['channels'] });
}

function Archive({ channel }: { channel: ReleaseChannelView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const archive = useAct(
    async () => {
      await api.delete(`/waves/channels/${channel.id}`);
      await navigate({ to: '/waves/channels' });
    },
    { done: t('The channel is archived.'), refresh: ['channels'] },
  );
  return (
    <Button
      variant="default"
      color="red"
      loading={archive.isPending}
      onClick={() => archive.mutate(undefined)}
    >
      {t('Archive')}
    </Button>
  );
}
