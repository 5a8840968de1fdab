import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';

const PASSWORD_MIN = 10;

/** The one-time link of the first start: the first person becomes the administrator. */
export function SetupPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { token } = useSearch({ from: '/setup' });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setBusy(true);
    setTrouble(null);
    try {
      await api.post('/access/setup', {
        token,
        name: form.name,
        email: form.email,
        password: form.password,
        siteCode: form.siteCode,
        siteName: form.siteName,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      });
      await navigate({ to: '/sign-in', search: {} });
    } catch (error) {
      setTrouble(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="alone">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={460}>
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <Title order={1} size="h2">
              {t('Set up Wavehouse')}
            </Title>
            {!token && (
              <Alert color="orange">
                {t('Open the link that the first start printed: it carries the token.')}
              </Alert>
            )}
            <TextInput name="siteName" label={t('Name of the site')} required maxLength={80} />
            <TextInput
              name="siteCode"
              label={t('Short code of the site')}
              description={t(
                'Letters and digits, such as KUL1. It stands in topics and numbers and does not change later.',
              )}
              pattern="[A-Za-z0-9]{2,12}"
              required
            />
            <TextInput name="name" label={t('Your name')} autoComplete="name" required maxLength={80} />
            <TextInput name="email" type="email" label={t('E-mail')} autoComplete="username" required />
            <PasswordInput
              name="password"
              label={t('Password')}
              description={t('At least {{count}} characters.', { count: PASSWORD_MIN })}
              autoComplete="new-password"
              minLength={PASSWORD_MIN}
              required
            />
            {trouble && (
              <Alert color="red" role="alert">
                {trouble}
              </Alert>
            )}
            <Button type="submit" loading={busy} disabled={!token} size="md">
              {t('Create the site and sign in')}
            </Button>
            <Text size="sm" c="dimmed">
              {t('This link works once.')}
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
