import { Alert, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { CreateChannel, MatchBody, ReleaseChannelView, WaveTemplateView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { EditorForm } from '../../ui/tower/editor-form.js';
import { EditorPage } from '../../ui/tower/editor-page.js';
import { errorAt, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { FilterFields } from '../../ui/tower/filter-fields.js';
import { LiveMatch, MatchGlance, useMatch } from '../../ui/tower/live-match.js';
import { NameAndTemplate, useTemplates } from '../../ui/tower/name-and-template.js';
import { NumberField } from '../../ui/tower/number-field.js';
import { PutAway } from '../../ui/tower/put-away.js';
import { useSavedDraft } from '../../ui/tower/use-saved-draft.js';
import { Reasons } from '../../ui/tower/why.js';
import { Rivals } from './rivals.js';

/** A channel is made or changed, with the orders that it would find beside it. */
export function ChannelPage() {
  const { channelId } = useParams({ strict: false }) as { channelId: string };
  return (
    <EditorPage<ReleaseChannelView, { items: WaveTemplateView[] }>
      kind="channel"
      id={channelId}
      needs={useTemplates()}
    >
      {(channel, { items }) => <Editor channel={channel} templates={items} />}
    </EditorPage>
  );
}

type Draft = Partial<CreateChannel> & { name: string };

function draftOf(channel: ReleaseChannelView | null): Draft {
  if (!channel) return { name: '', filter: {}, state: 'locked', maxInFlight: 60, batchOrders: 12 };
  const { name, templateId, filter, maxInFlight, batchOrders } = channel;
  return { name, templateId, filter, maxInFlight, batchOrders };
}

/** Whose orders are counted, as far as that is typed. */
function matchChannel(channel: ReleaseChannelView | null, draft: Draft): MatchBody['channel'] {
  const { name, templateId, batchOrders } = draft;
  if (!templateId || !batchOrders) return undefined;
  return { id: channel?.id, name, templateId, batchOrders };
}

function Editor(props: { channel: ReleaseChannelView | null; templates: WaveTemplateView[] }) {
  const { t } = useTranslation();
  const { channel, templates } = props;
  const saving = useSavedDraft({
    kind: 'channel',
    view: channel,
    draftOf,
    store: (draft) =>
      channel
        ? api.patch<ReleaseChannelView>(`/waves/channels/${channel.id}`, draft)
        : api.post<ReleaseChannelView>('/waves/channels', draft),
  });
  const { draft, set } = saving;
  const match = useMatch({ filter: draft.filter ?? {}, channel: matchChannel(channel, draft) });
  const errors = { ...fieldErrorsOf(match.error), ...saving.errors };
  const number = (key: 'maxInFlight' | 'batchOrders', label: string, description: string) => (
    <NumberField
      label={label}
      description={description}
      required
      min={1}
      value={draft[key]}
      error={errorAt(errors, key)}
      onChange={(next) => set({ [key]: next })}
    />
  );
  return (
    <EditorForm
      title={channel ? channel.name : t('New channel')}
      glance={<MatchGlance match={match} />}
      saving={saving}
      acts={
        channel && (
          <PutAway
            kind="channel"
            id={channel.id}
            label={t('Archive')}
            question={t('Archive channel {{name}}?', { name: channel.name })}
            outcome={t('It releases nothing any more. What it has released goes on.')}
            done={t('The channel is archived.')}
            onGone={saving.giveUp}
          />
        )
      }
    >
      <Stack gap="sm">
        <div className="fields two">
          <NameAndTemplate value={draft} templates={templates} errors={errors} onChange={set} />
          {number(
            'maxInFlight',
            t('Orders in flight, at most'),
            t('So many of its orders may be released and not packed.'),
          )}
          {number('batchOrders', t('Orders a release, at most'), t('So many go to the floor at once.'))}
        </div>
        <fieldset>
          <legend>{t('Which orders')}</legend>
          <FilterFields value={draft.filter ?? {}} errors={errors} onChange={(filter) => set({ filter })} />
        </fieldset>
      </Stack>
      <aside className="tile" aria-label={t('Orders that match')}>
        <LiveMatch match={match} />
        <Rivals rivals={match.data?.rivals ?? []} />
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
