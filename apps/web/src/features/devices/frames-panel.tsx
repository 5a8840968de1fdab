import { Alert, Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { FrameList } from './frame-list.js';
import type { FrameRow } from './frame-store.js';
import { Recorder } from './recorder.js';
import { type Frames, useDrawn, useFrames } from './use-frames.js';

/** How often figures beside the lines are drawn: nobody reads them faster. */
const FIGURES_MS = 250;

/** What passes over a device's link: the ring of its agent, then live. */
export function FramesPanel({ device }: { device: string }) {
  const { t } = useTranslation();
  const frames = useFrames(device);
  const { store, trouble } = frames;
  const [filter, setFilter] = useState('');
  const [held, setHeld] = useState<readonly FrameRow[] | null>(null);
  return (
    <Stack gap="xs">
      <Group align="end" gap="sm">
        <TextInput
          label={t('Only lines with')}
          placeholder={t('text, hex or reading')}
          value={filter}
          onChange={(event) => {
            setFilter(event.currentTarget.value);
            frames.filter(event.currentTarget.value);
          }}
          size="xs"
        />
        <Switch
          label={t('Pause')}
          mb={4}
          checked={held !== null}
          onChange={(event) => setHeld(event.currentTarget.checked ? [...store.rows] : null)}
        />
        <Recorder device={device} frames={frames} />
      </Group>
      {trouble && <Alert color="orange">{trouble}</Alert>}
      <FrameList device={device} frames={frames} held={held} />
      <Figures frames={frames} held={held} />
    </Stack>
  );
}

function Figures({ frames, held }: { frames: Frames; held: readonly FrameRow[] | null }) {
  const { t } = useTranslation();
  const { store, older } = frames;
  useDrawn(frames, FIGURES_MS);
  const rows = held ?? store.rows;
  return (
    <Group justify="space-between" gap="xs">
      <Text size="xs" c="dimmed" data-frames={store.newest}>
        {rows.length === 0
          ? t('Nothing has passed yet. Use the device, or try it below.')
          : t('{{count}} lines', { count: rows.length })}
        {store.skipped > 0 &&
          ` · ${t('{{count}} left out on the way; the ring has them', { count: store.skipped })}`}
      </Text>
      <Button size="compact-xs" variant="subtle" disabled={store.oldest <= 1} onClick={() => void older()}>
        {t('Older lines')}
      </Button>
    </Group>
  );
}
