import { Alert, Button, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { AgentView, DeviceView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useAct } from '../../ui/tower/use-act.js';
import { DeviceMarks, FaultWords } from './device-marks.js';
import { DriverPanel } from './driver-panel.js';
import { FramesPanel } from './frames-panel.js';
import { ReplayPanel } from './replay-panel.js';
import { useDrivers } from './setup-fields.js';
import { SetupPanel } from './setup-panel.js';
import { TryIt } from './try-it.js';

export const TABS = ['frames', 'setup', 'driver', 'replay'] as const;
export type Tab = (typeof TABS)[number];

interface DeviceDetailProps {
  agent: AgentView;
  device: DeviceView;
  tab: Tab;
  onTab: (tab: Tab) => void;
  onGone: () => void;
}

/** One device: what is wrong, what passes, what can be tried, how it is set up. */
export function DeviceDetail({ agent, device, tab, onTab, onGone }: DeviceDetailProps) {
  const { t } = useTranslation();
  const drivers = useDrivers(agent.online ? agent.code : null);
  return (
    <section className="tile" aria-label={device.code}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {device.code} <DeviceMarks device={device} online={agent.online} />
        </Title>
        <Group gap="xs">
          <Switch device={device} />
          <TakeOut device={device.code} onGone={onGone} />
        </Group>
      </Group>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {device.driver} {device.driverVersion} · {device.link ?? '–'}
      </Text>
      {(device.fault || device.reason) && (
        <Alert color={device.fault ? 'red' : 'gray'} my="xs" data-fault={device.fault}>
          <FaultWords device={device} />
          {device.reason && (
            <Text size="xs" className="mono">
              {device.reason}
            </Text>
          )}
        </Alert>
      )}
      <Tabs value={tab} onChange={(value) => onTab(value as Tab)} keepMounted={false}>
        <Tabs.List mb="xs">
          <Tabs.Tab value="frames">{t('Frames and tests')}</Tabs.Tab>
          <Tabs.Tab value="setup">{t('Setup')}</Tabs.Tab>
          <Tabs.Tab value="driver">{t('Driver')}</Tabs.Tab>
          <Tabs.Tab value="replay">{t('Replay')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="frames">
          <Stack gap="sm">
            <TryIt device={device} list={drivers.data} />
            <FramesPanel device={device.code} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="setup">
          <SetupPanel device={device.code} />
        </Tabs.Panel>
        <Tabs.Panel value="driver">
          {drivers.data ? (
            <DriverPanel agent={agent.code} device={device} list={drivers.data} />
          ) : (
            <Text>{t('The agent does not answer.')}</Text>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="replay">
          <ReplayPanel device={device.code} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

/** Off: its agent lets it go, for repair or for somebody else's hands, and it keeps its place on the list. */
function Switch({ device: { code, state } }: { device: DeviceView }) {
  const { t } = useTranslation();
  const isOff = state === 'disabled';
  const act = useAct(() => api.patch(`/devices/${encodeURIComponent(code)}`, { disabled: !isOff }), {
    done: isOff
      ? t('{{device}} is switched on.', { device: code })
      : t('{{device}} is switched off. Its agent lets it go.', { device: code }),
    refresh: ['agents', 'setup'],
  });
  return (
    <Button size="compact-sm" variant="subtle" loading={act.isPending} onClick={() => act.mutate(undefined)}>
      {isOff ? t('Switch on') : t('Switch off')}
    </Button>
  );
}

function TakeOut({ device, onGone }: { device: string; onGone: () => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useAct(
    async () => {
      await api.delete(`/devices/${encodeURIComponent(device)}`);
      close();
      onGone();
    },
    { done: t('{{device}} was taken out.', { device }), refresh: ['agents'] },
  );
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="red" onClick={open}>
        {t('Take out')}
      </Button>
      {opened && (
        <Dialog onClose={close} title={t('Take {{device}} out?', { device })}>
          <Stack>
            <Text>{t('Its agent lets it go. What it has said stays; it can be attached again.')}</Text>
            <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
              {t('Take out')}
            </Button>
          </Stack>
        </Dialog>
      )}
    </>
  );
}
