import { Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type CommandOp,
  type CommandView,
  type ConsoleLive,
  type DeviceView,
  type DriverList,
  type Reading,
  readingText,
} from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { text, useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useAct } from '../../ui/tower/use-act.js';

/** Commands that need nothing more than a click. */
const PLAIN: Partial<Record<CommandOp, { label: string }>> = {
  print: { label: text('Test print') },
  weigh: { label: text('Weigh') },
  zero: { label: text('Zero') },
  tare: { label: text('Tare') },
  trigger: { label: text('Scan now') },
  beep: { label: text('Beep') },
  status: { label: text('Ask state') },
};
const ENDED = ['done', 'failed', 'unknown', 'expired'];

interface Tried {
  op: string;
  args?: Record<string, unknown>;
}

/** What the device can be asked to do, and what came of the last time. */
export function TryIt({ device, list }: { device: DeviceView; list: DriverList | undefined }) {
  const { t } = useTranslation();
  const [commandId, setCommandId] = useState<string | null>(null);
  const [seen, setSeen] = useState<Seen | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const command = useAct(
    async (tried: Tried) => {
      setSaid(null);
      const path = `/devices/${encodeURIComponent(device.code)}/commands`;
      setCommandId((await api.post<{ commandId: string }>(path, tried)).commandId);
    },
    { refresh: [] },
  );
  const outcome = useQuery({
    queryKey: ['command', commandId],
    queryFn: ({ signal }) => api.get<CommandView>(`/devices/commands/${commandId}`, signal),
    enabled: commandId !== null,
    refetchInterval: ({ state }) => (ENDED.includes(state.data?.state ?? '') ? false : 300),
  });
  useLive<ConsoleLive, 'console.reading'>('console', 'console.reading', ({ device: from, kind, data }) => {
    if (from !== device.code || kind === 'command.outcome' || kind === 'device.state') return;
    if (kind === 'point.seen') setSeen(data as Seen);
    setSaid(readingText({ kind, data } as Reading));
  });
  const verbs = device.simulated ? (list?.drivers.find(({ id }) => id === device.driver)?.verbs ?? []) : [];
  const send = (tried: Tried): void => command.mutate(tried);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {device.commands.map((op) =>
          PLAIN[op] ? (
            <Button key={op} size="xs" variant="default" onClick={() => send({ op })}>
              {t(PLAIN[op].label)}
            </Button>
          ) : null,
        )}
        {device.commands.includes('light') && <Light onSend={send} />}
        {device.commands.includes('route') && <Divert seen={seen} onSend={send} />}
        {device.commands.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('This device only talks; there is nothing to ask of it.')}
          </Text>
        )}
      </Group>
      {verbs.length > 0 && <Simulate device={device.code} verbs={verbs} />}
      <Outcome command={outcome.data} said={said} />
    </Stack>
  );
}

function Outcome({ command, said }: { command: CommandView | undefined; said: string | null }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
      {command && (
        <b>
          {command.op}: {t(`command ${command.state}`)}{' '}
          {command.tookMs !== null && t('in {{ms}} ms', { ms: command.tookMs })}{' '}
        </b>
      )}
      {command?.reason} <span className="mono">{said}</span>
    </Text>
  );
}

function Light({ onSend }: { onSend: (tried: Tried) => void }) {
  const { t } = useTranslation();
  const [address, setAddress] = useState('1');
  const [colour, setColour] = useState<string | null>('green');
  return (
    <Group gap={6} align="end">
      <TextInput
        size="xs"
        w={90}
        label={t('Light')}
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <Select
        size="xs"
        w={110}
        label={t('Colour')}
        allowDeselect={false}
        data={['green', 'amber', 'red', 'blue', 'off']}
        value={colour}
        onChange={setColour}
      />
      <Button size="xs" variant="default" onClick={() => onSend({ op: 'light', args: { address, colour } })}>
        {t('Switch it')}
      </Button>
    </Group>
  );
}

interface Seen {
  point: string;
  trackId: number;
  seq: number;
  codes: string[];
}

/** A divert by hand moves a parcel: it takes one that was just seen, and a second look. */
function Divert({ seen, onSend }: { seen: Seen | null; onSend: (tried: Tried) => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const number = (name: string) => Number(form.get(name));
    const args = {
      point: String(form.get('point')),
      lane: String(form.get('lane')),
      trackId: number('trackId'),
      seq: number('seq'),
      confirmed: true,
    };
    close();
    onSend({ op: 'route', args });
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {t('Divert to a lane')}
      </Button>
      {opened && (
        <Dialog onClose={close} title={t('Divert a parcel by hand')}>
          <form onSubmit={submit} key={seen?.seq}>
            <Stack>
              <Text size="sm">
                {seen
                  ? t('Last seen at {{point}}: {{codes}}', {
                      point: seen.point,
                      codes: seen.codes.join(', ') || '–',
                    })
                  : t('No parcel was seen since this page was opened. Put one on the belt.')}
              </Text>
              <TextInput name="lane" label={t('Lane')} required data-autofocus />
              <TextInput name="point" label={t('Scan point')} required defaultValue={seen?.point} />
              <Group grow>
                <NumberInput name="trackId" label={t('Track number')} required defaultValue={seen?.trackId} />
                <NumberInput name="seq" label={t('Sequence')} required defaultValue={seen?.seq} />
              </Group>
              <Text size="sm">{t('The parcel goes there now, whatever its route says.')}</Text>
              <Button type="submit" color="red">
                {t('Divert it')}
              </Button>
            </Stack>
          </form>
        </Dialog>
      )}
    </>
  );
}

/** What a person would do to the real thing: `load 1250`, `scan "TOTE-1"`. */
function Simulate({ device, verbs }: { device: string; verbs: readonly string[] }) {
  const { t } = useTranslation();
  const [verb, setVerb] = useState<string | null>(verbs[0] ?? null);
  const [written, setWritten] = useState('');
  const act = useAct(
    () => api.post(`/devices/${encodeURIComponent(device)}/simulator`, { verb, args: argumentsOf(written) }),
    { done: t('Done.'), refresh: [] },
  );
  return (
    <Group gap={6} align="end">
      <Select
        size="xs"
        label={t('The simulated device shall')}
        allowDeselect={false}
        data={[...verbs]}
        value={verb}
        onChange={setVerb}
      />
      <TextInput
        size="xs"
        label={t('with')}
        placeholder="1250"
        value={written}
        onChange={(event) => setWritten(event.currentTarget.value)}
      />
      <Button size="xs" color="grape" loading={act.isPending} onClick={() => act.mutate(undefined)}>
        {t('Do it')}
      </Button>
    </Group>
  );
}

/** Words, numbers or JSON, apart by spaces. */
function argumentsOf(written: string): unknown[] {
  const words = written.match(/\{.*\}|\[.*\]|"[^"]*"|\S+/g) ?? [];
  return words.map((word) => {
    try {
      return JSON.parse(word) as unknown;
    } catch {
      return word;
    }
  });
}
