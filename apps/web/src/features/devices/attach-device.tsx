import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import type { AgentView, DeviceSetup, FieldError } from '#lib/contracts';
import { ApiError, api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useAct } from '../../ui/tower/use-act.js';
import { SetupFields, useDrivers } from './setup-fields.js';

const EMPTY: DeviceSetup = { driver: '', link: {}, config: {}, simulated: false };

/** A new device at an agent, from its driver to its port. */
export function AttachDevice(props: { agents: readonly AgentView[]; onAttached: (code: string) => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button onClick={open} disabled={props.agents.length === 0}>
        {t('Attach a device')}
      </Button>
      {opened && (
        <Dialog onClose={close} title={t('Attach a device')} size="lg">
          <AttachForm
            agents={props.agents}
            onAttached={(code) => {
              close();
              props.onAttached(code);
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function AttachForm(props: { agents: readonly AgentView[]; onAttached: (code: string) => void }) {
  const { t } = useTranslation();
  const online = props.agents.filter((agent) => agent.online);
  const [agent, setAgent] = useState<string | null>(online[0]?.code ?? null);
  const [code, setCode] = useState('');
  const [station, setStation] = useState('');
  const [setup, setSetup] = useState(EMPTY);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const drivers = useDrivers(agent);
  const attach = useAct(
    async () => {
      try {
        const stationCode = station.trim() || null;
        await api.post('/devices', { code, agentCode: agent, stationCode, setup });
        props.onAttached(code);
      } catch (error) {
        if (error instanceof ApiError) setErrors(error.problem?.errors ?? []);
        throw error;
      }
    },
    { done: t('{{device}} is attached.', { device: code }), refresh: ['agents'] },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    attach.mutate(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label={t('Agent')}
          description={t('The machine that the device is plugged into. Only those that are online.')}
          required
          allowDeselect={false}
          data={online.map(({ code: value, name }) => ({ value, label: name }))}
          value={agent}
          onChange={setAgent}
        />
        <TextInput
          label={t('Short code')}
          description={t('Such as SCALE-PACK-05.')}
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,50}"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <TextInput
          label={t('Station')}
          description={t('Where its readings are shown. Empty for none.')}
          maxLength={64}
          value={station}
          onChange={(event) => setStation(event.currentTarget.value)}
        />
        {agent && (
          <QueryState query={drivers}>
            {(list) => <SetupFields {...{ agent, list, setup, errors }} onChange={setSetup} />}
          </QueryState>
        )}
        <Button type="submit" loading={attach.isPending} disabled={!setup.driver}>
          {t('Attach')}
        </Button>
      </Stack>
    </form>
  );
}
