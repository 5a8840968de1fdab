import { Alert, Button, Group, Progress, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type {
  ConsoleLive,
  DeviceSetup,
  DriverList,
  FieldError,
  RevisionView,
  SetupCheck,
  SetupView,
} from '#lib/contracts';
import { api } from '../../api/client.js';
import { useLive } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';
import { setupDiff } from './setup-diff.js';
import { SetupFields, useDrivers } from './setup-fields.js';

const OPEN: readonly string[] = ['wanted', 'trying'];
const TRIAL_MS = 30_000;

/** How a device is set up: form, difference, trial, history. */
export function SetupPanel({ device }: { device: string }) {
  const client = useQueryClient();
  const view = useQuery({
    queryKey: ['setup', device],
    queryFn: ({ signal }) => api.get<SetupView>(`/devices/${encodeURIComponent(device)}/setup`, signal),
    refetchInterval: ({ state }) => (OPEN.includes(state.data?.history[0]?.state ?? '') ? 1_000 : 10_000),
  });
  const drivers = useDrivers(view.data?.agent ?? null);
  useLive<ConsoleLive, 'console.revision'>('console', 'console.revision', (told) => {
    if (told.device === device) void client.invalidateQueries({ queryKey: ['setup', device] });
  });
  return (
    <QueryState query={view}>
      {(setup) => (
        <Stack>
          {setup.history[0] && <Outcome revision={setup.history[0]} />}
          <QueryState query={drivers}>
            {(list) => <SetupForm key={setup.desired} device={device} view={setup} list={list} />}
          </QueryState>
          <History device={device} view={setup} />
        </Stack>
      )}
    </QueryState>
  );
}

const COLOURS: Record<string, string> = {
  wanted: 'blue',
  trying: 'blue',
  healthy: 'teal',
  unproven: 'orange',
  'rolled-back': 'orange',
  refused: 'red',
};

function Outcome({ revision }: { revision: RevisionView }) {
  const { t } = useTranslation();
  const [, tick] = useState(0);
  const isOpen = OPEN.includes(revision.state);
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, [isOpen]);
  const share = Math.min(100, ((Date.now() - Date.parse(revision.at)) / TRIAL_MS) * 100);
  return (
    <Alert
      color={COLOURS[revision.state] ?? 'gray'}
      title={t('Revision {{number}}', { number: revision.revision })}
      role="status"
    >
      {t(`revision ${revision.state}`)}
      {revision.reason && <Text size="sm">{revision.reason}</Text>}
      {isOpen && <Progress mt="xs" value={share} aria-label={t('Time of the trial')} />}
    </Alert>
  );
}

const EMPTY: DeviceSetup = { driver: '', link: {}, config: {}, simulated: false };

function SetupForm({ device, view, list }: { device: string; view: SetupView; list: DriverList }) {
  const { t } = useTranslation();
  const runs = view.runs?.setup ?? view.history.find(({ setup }) => setup)?.setup ?? EMPTY;
  const [setup, setSetup] = useState(runs);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [shown, { open, close }] = useDisclosure(false);
  const path = `/devices/${encodeURIComponent(device)}/setup`;
  const check = useAct(
    async () => {
      const answer = await api.post<SetupCheck>(`${path}/check`, { setup });
      setErrors(answer.errors);
      if (answer.errors.length === 0) open();
    },
    { refresh: [] },
  );
  const apply = useAct(() => api.post(path, { setup, desired: view.desired }).finally(close), {
    refresh: ['setup', 'agents'],
  });
  const differences = setupDiff(runs, setup);
  return (
    <Stack gap="sm">
      <SetupFields agent={view.agent} {...{ list, setup, errors }} onChange={setSetup} />
      <Group>
        <Button
          disabled={differences.length === 0}
          loading={check.isPending}
          onClick={() => check.mutate(undefined)}
        >
          {t('Check and compare')}
        </Button>
        <Button
          variant="default"
          disabled={differences.length === 0}
          onClick={() => {
            setSetup(runs);
            setErrors([]);
          }}
        >
          {t('As it was')}
        </Button>
      </Group>
      {shown && (
        <Dialog onClose={close} title={t('Apply to {{device}}?', { device })}>
          <Stack>
            <Differences {...{ differences }} />
            <Text size="sm">
              {t(
                'It is tried at once. Unless the device is healthy within 30 seconds, the last good setup comes back.',
              )}
            </Text>
            <Group>
              <Button loading={apply.isPending} onClick={() => apply.mutate(undefined)}>
                {t('Apply')}
              </Button>
              <Button variant="default" onClick={close}>
                {t('Cancel')}
              </Button>
            </Group>
          </Stack>
        </Dialog>
      )}
    </Stack>
  );
}

export function Differences({ differences }: { differences: ReturnType<typeof setupDiff> }) {
  const { t } = useTranslation();
  return (
    <ScrollTable label={t('What changes')} minWidth={320}>
      <Table.Thead>
        <Table.Tr>
          <Heads titles={[t('Field'), t('Now'), t('Then')]} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="mono">
        {differences.map(({ field, before, after }) => (
          <Table.Tr key={field}>
            <Table.Td>{field}</Table.Td>
            <Table.Td>{before}</Table.Td>
            <Table.Td>
              <b>{after}</b>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}

function History({ device, view }: { device: string; view: SetupView }) {
  const { t } = useTranslation();
  const revert = useAct(
    (revision: number) =>
      api.post(`/devices/${encodeURIComponent(device)}/setup/revert`, { revision, desired: view.desired }),
    { refresh: ['setup', 'agents'] },
  );
  if (view.history.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('Set up by the agent’s own file so far. The first change here takes over from it.')}
      </Text>
    );
  }
  return (
    <ScrollTable label={t('History')} minWidth={480}>
      <Table.Thead>
        <Table.Tr>
          <Heads titles={[t('Revision'), t('When'), t('Who'), t('What came of it'), t('Action')]} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {view.history.map((each) => (
          <Table.Tr key={each.revision}>
            <Table.Td>{each.revision}</Table.Td>
            <Table.Td>{dayAndTime(each.at)}</Table.Td>
            <Table.Td>{each.by}</Table.Td>
            <Table.Td>
              {t(`revision ${each.state}`)}
              {each.reason ? ` (${each.reason})` : ''}
            </Table.Td>
            <Table.Td>
              {each.setup && each.revision !== view.desired && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  loading={revert.isPending}
                  onClick={() => revert.mutate(each.revision)}
                >
                  {t('Back to this')}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollTable>
  );
}
