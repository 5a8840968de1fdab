import { Button, Code, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useAct } from '../../ui/tower/use-act.js';

/** A claim code for a new agent: works once, for an hour. */
export function EnrolAgent() {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  const [claim, setClaim] = useState<{ code: string; claimCode: string } | null>(null);
  const enrol = useAct(
    async (input: { code: string; name: string }) => {
      setClaim(await api.post<{ code: string; claimCode: string }>('/devices/agents', input));
    },
    { refresh: ['agents'] },
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enrol.mutate({ code: String(form.get('code')), name: String(form.get('name')) });
  };
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
        <Dialog onClose={close} title={t('Enrol an agent')}>
          {claim ? (
            <Stack>
              <Text>
                {t('Give this code to the machine beside the hardware. It works once, for an hour.')}
              </Text>
              <Code block fz="lg">
                {claim.claimCode}
              </Code>
              <Button onClick={close}>{t('Done')}</Button>
            </Stack>
          ) : (
            <form onSubmit={submit}>
              <Stack>
                <TextInput
                  name="code"
                  label={t('Short code')}
                  description={t('Such as edge-02.')}
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
                <Button type="submit" loading={enrol.isPending}>
                  {t('Make a claim code')}
                </Button>
              </Stack>
            </form>
          )}
        </Dialog>
      )}
    </>
  );
}
