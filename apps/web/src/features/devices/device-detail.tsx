import { Button, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ConsoleLive, DeviceView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { liveChannel, useLive } from '../../api/live.js';
import { text, useTranslation } from '../../lib/i18n.js';
import { useAct } from '../../ui/tower/use-act.js';
import { asciiOf, type Frame, FrameRing } from './frame-ring.js';

/** What can be tried on a device of each kind. */
const TEST_ACTIONS: Record<string, { op: string; label: string; args: Record<string, unknown> }[]> = {
  scale: [
    { op: 'weigh', label: text('Weigh'), args: {} },
    { op: 'zero', label: text('Zero'), args: {} },
  ],
  printer: [
    {
      op: 'print',
      label: text('Test print'),
      args: { jobId: 'test', zpl: '^XA^CI28^FO40,40^A0N,40,40^FDWavehouse test print^FS^XZ' },
    },
    { op: 'status', label: text('Ask state'), args: {} },
  ],
  scanner: [{ op: 'beep', label: text('Beep'), args: { pattern: 'good' } }],
};

/** One device: its frames as they pass, and what can be tried. */
export function DeviceDetail({ device }: { device: DeviceView }) {
  const { t } = useTranslation();
  const command = useAct(
    (action: { op: string; args: Record<string, unknown> }) =>
      api.post(`/devices/${device.code}/commands`, action),
    {
      done: t('Sent.'),
      refresh: ['agents'],
    },
  );
  return (
    <section className="tile" aria-label={device.code}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {device.code}
        </Title>
        <Group gap="xs">
          {(TEST_ACTIONS[device.kind] ?? []).map((action) => (
            <Button
              key={action.op}
              size="xs"
              variant="default"
              loading={command.isPending}
              onClick={() => command.mutate(action)}
            >
              {t(action.label)}
            </Button>
          ))}
        </Group>
      </Group>
      {(device.reason || device.advice) && (
        <Text my="xs">
          {device.reason} {device.advice}
        </Text>
      )}
      <Frames device={device.code} />
    </section>
  );
}

const SHOWN = 200;

function Frames({ device }: { device: string }) {
  const { t } = useTranslation();
  const ring = useRef(new FrameRing());
  const [shown, setShown] = useState<Frame[]>([]);
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState('');
  useEffect(() => {
    const { socket } = liveChannel('console');
    const watch = (): void => void socket.emit('watch', { device });
    watch();
    socket.on('connect', watch);
    return () => {
      socket.off('connect', watch);
      socket.emit('unwatch', { device });
    };
  }, [device]);
  useLive<ConsoleLive, 'console.frame'>('console', 'console.frame', (frame) => {
    if (frame.device === device) ring.current.add(frame);
  });
  useEffect(() => {
    if (paused) return;
    let drawn = -1;
    const timer = setInterval(() => {
      if (ring.current.total === drawn) return;
      drawn = ring.current.total;
      const wanted = filter.toLowerCase();
      setShown(
        ring.current.last(
          SHOWN,
          (frame) =>
            !wanted ||
            `${asciiOf(frame.hex)} ${frame.hex} ${frame.decoded ?? ''}`.toLowerCase().includes(wanted),
        ),
      );
    }, 100);
    return () => clearInterval(timer);
  }, [paused, filter]);
  return (
    <Stack gap="xs" mt="xs">
      <Group align="end">
        <TextInput
          label={t('Frames with')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          size="xs"
        />
        <Switch
          label={t('Pause')}
          checked={paused}
          onChange={(event) => setPaused(event.currentTarget.checked)}
        />
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so it must be reachable by keyboard */}
      <div className="frames mono" role="log" aria-label={t('Frames of {{device}}', { device })} tabIndex={0}>
        {shown.length === 0 && <Text c="dimmed">{t('Nothing has passed since this page was opened.')}</Text>}
        {shown.map((frame) => (
          <div key={frame.n}>
            <span>{frame.at.slice(11, 23)}</span> <b>{frame.direction === 'in' ? '←' : '→'}</b>{' '}
            <span>{asciiOf(frame.hex)}</span> <i>{frame.decoded ?? ''}</i>
          </div>
        ))}
      </div>
    </Stack>
  );
}
