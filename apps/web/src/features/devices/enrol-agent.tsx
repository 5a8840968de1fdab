import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import type { AgentClaim, AgentView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { CopyLine } from '../../ui/tower/copy-line.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { span } from '../../ui/tower/format.js';
import { useAct } from '../../ui/tower/use-act.js';
import { useNow } from '../../ui/tower/use-now.js';
import { enrolCommand } from './enrol-command.js';

/** Where a page is reached by its own machine alone. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

interface NewAgent {
  code: string;
  name: string;
}

/** Lets a machine join the site: the command to type there, and whether it has come. */
export function EnrolAgent({ agents }: { agents: readonly AgentView[] }) {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  const [claim, setClaim] = useState<AgentClaim | null>(null);
  const enrol = useAct(
    async (input: NewAgent) => setClaim(await api.post<AgentClaim>('/devices/agents', input)),
    { refresh: ['agents'] },
  );
  return (
    <>
      <Button
        variant="default"
        onClick={() => {
          setClaim(null);
          show();
        }}
      >
        {t('Enrol an agent')}
      </Button>
      {open && (
        <Dialog onClose={close} title={t('Enrol an agent')} size="lg">
          {claim ? (
            <ClaimToUse
              claim={claim}
              isOnline={agents.some(({ code, online }) => code === claim.code && online)}
              onAnother={() => setClaim(null)}
              onDone={close}
            />
          ) : (
            <NewAgentForm isBusy={enrol.isPending} onSubmit={enrol.mutate} />
          )}
        </Dialog>
      )}
    </>
  );
}

function NewAgentForm(props: { isBusy: boolean; onSubmit: (agent: NewAgent) => void }) {
  const { t } = useTranslation();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    props.onSubmit({ code: String(form.get('code')), name: String(form.get('name')) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          name="code"
          label={t('Short code')}
          description={t(
            'Such as edge-02. The code of an agent that is there already lets another machine take its place.',
          )}
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,30}"
          required
        />
        <TextInput
          name="name"
          label={t('Name')}
          description={t('Where it stands.')}
          required
          maxLength={80}
        />
        <Button type="submit" loading={props.isBusy}>
          {t('Make a claim code')}
        </Button>
      </Stack>
    </form>
  );
}

/** The command with the code in it, how long that is good for, and the agent's first sign of life. */
function ClaimToUse(props: {
  claim: AgentClaim;
  isOnline: boolean;
  onAnother: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const { claim, isOnline } = props;
  const now = useNow(1_000);
  // An agent that runs under this code already says nothing about the machine that is to join.
  const [wasOnline] = useState(isOnline);
  const isOver = Date.parse(claim.expiresAt) <= now;
  if (isOnline && !wasOnline) {
    return (
      <Stack>
        <Alert color="teal" title={t('{{agent}} is online.', { agent: claim.code })}>
          {t('Attach its devices now.')}
        </Alert>
        <Button onClick={props.onDone}>{t('Done')}</Button>
      </Stack>
    );
  }
  if (isOver) {
    return (
      <Stack>
        <Text>
          {t('This code has ended without being used, or it was used and the agent is not heard yet.')}
        </Text>
        <Button onClick={props.onAnother}>{t('Make another')}</Button>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text>{t('Run this on the machine beside the hardware, as root:')}</Text>
      <CopyLine line={enrolCommand(claim, location.origin)} />
      {LOOPBACK.test(location.hostname) && (
        <Text size="sm">
          {t(
            'This address of the core works on this machine alone. Open this page by the address that the other machine sees.',
          )}
        </Text>
      )}
      {claim.mqttUrl === null && (
        <Text size="sm">
          {t(
            'Put the address of the broker in the place of BROKER: the core was not told it (AGENTS_MQTT_URL).',
          )}
        </Text>
      )}
      <Text size="sm" role="timer">
        {t('The code works once, for another {{span}}.', {
          span: span(new Date(now).toISOString(), Date.parse(claim.expiresAt)),
        })}
      </Text>
      <Text size="sm">{t('Then start the agent; this window says when it is heard:')}</Text>
      <CopyLine line="systemctl enable --now wavehouse-agent" />
      <Button onClick={props.onDone}>{t('Done')}</Button>
    </Stack>
  );
}
