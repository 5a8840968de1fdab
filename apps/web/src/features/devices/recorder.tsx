import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import type { RecordedTranscript } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useAct } from '../../ui/tower/use-act.js';
import { download } from './download.js';
import { type Frames, useDrawn } from './use-frames.js';

const COUNTED_MS = 250;

/** From here to there becomes a transcript of the device kit. */
export function Recorder({ device, frames }: { device: string; frames: Frames }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState<number | null>(null);
  const [reopen, setReopen] = useState(true);
  const [asked, { open, close }] = useDisclosure(false);
  const path = `/devices/${encodeURIComponent(device)}`;
  const start = useAct(
    async () => {
      const last = reopen
        ? (await api.post<{ newest: number }>(`${path}/reopen`)).newest
        : frames.store.newest;
      setFrom(last + 1);
    },
    { refresh: [] },
  );
  const save = useAct(
    async (title: string) => {
      const to = frames.store.newest;
      const made = await api.post<RecordedTranscript>(`${path}/recordings`, { from, to, title });
      download(made.file, made.yaml, 'application/yaml');
      setFrom(null);
      close();
    },
    { done: t('The transcript is saved.'), refresh: [] },
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save.mutate(String(new FormData(event.currentTarget).get('title')));
  };
  if (from === null) {
    return (
      <Group gap="xs">
        <Button size="xs" variant="default" loading={start.isPending} onClick={() => start.mutate(undefined)}>
          {t('Record')}
        </Button>
        <Checkbox
          size="xs"
          label={t('open the link anew first')}
          checked={reopen}
          onChange={(event) => setReopen(event.currentTarget.checked)}
        />
      </Group>
    );
  }
  return (
    <Group gap="xs">
      <Button size="xs" color="red" onClick={open}>
        {t('Stop and save')}
      </Button>
      <Recorded frames={frames} from={from} />
      {asked && (
        <Dialog onClose={close} title={t('Save as a transcript')}>
          <form onSubmit={submit}>
            <Stack>
              <TextInput
                name="title"
                label={t('What happens in it')}
                required
                maxLength={80}
                data-autofocus
              />
              <Text size="sm" c="dimmed">
                {t(
                  'The device’s side is as it was, the driver’s side as it answers now. Read it before you trust it.',
                )}
              </Text>
              <Group>
                <Button type="submit" loading={save.isPending}>
                  {t('Save')}
                </Button>
                <Button
                  variant="default"
                  onClick={() => {
                    setFrom(null);
                    close();
                  }}
                >
                  {t('Throw away')}
                </Button>
              </Group>
            </Stack>
          </form>
        </Dialog>
      )}
    </Group>
  );
}

function Recorded({ frames, from }: { frames: Frames; from: number }) {
  const { t } = useTranslation();
  useDrawn(frames, COUNTED_MS);
  return (
    <Text size="sm" role="status">
      {t('Recording: {{count}} lines. Use the device.', {
        count: Math.max(0, frames.store.newest - from + 1),
      })}
    </Text>
  );
}
