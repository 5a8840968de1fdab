import { Alert, Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { FrameList } from './frame-list.js';
import type { FrameRow } from './frame-store.js';
import { Recorder } from './recorder.js';
import { useFrames } from './use-frames.js';

/** What passes over a device's link: the ring of its agent, then live. */
export function FramesPanel({ device }: { device: string }) {
  const { t } = useTranslation();
  const { store, drawn, trouble, older } = useFrames(device);
  const [filter, setFilter] = useState('');
  const [held, setHeld] = useState<readonly FrameRow[] | null>(null);
  useEffect(() => store.filter(filter), [store, filter]);
  const rows = held ?? store.rows;
  return (
    <Stack gap="xs">
      <Group align="end" gap="sm">
        <TextInput
          label={t('Only lines with')}
          placeholder={t('text, hex or reading')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          size="xs"
        />
        <Switch
          label={t('Pause')}
          mb={4}
          checked={held !== null}
          onChange={(event) => setHeld(event.currentTarget.checked ? [...store.rows] : null)}
        />
        <Recorder device={device} newest={store.newest} />
      </Group>
      {trouble && <Alert color="orange">{trouble}</Alert>}
      <FrameList device={device} rows={rows} drawn={drawn} follow={held === null} />
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
    </Stack>
  );
}
