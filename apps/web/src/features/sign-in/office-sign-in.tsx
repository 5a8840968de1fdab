import { Alert, Anchor, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { reasonOf } from '../../api/client.js';
import { changeLanguage, useTranslation } from '../../lib/i18n.js';
import { signInByPassword } from '../../lib/session.js';

/** Office people by password. Floor people are shown the way to their own page. */
export function OfficeSignIn() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/sign-in' });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setTrouble(null);
    try {
      const me = await signInByPassword(String(form.get('email')), String(form.get('password')));
      changeLanguage(me.language);
      await navigate({ to: to ?? '/' });
    } catch (error) {
      setTrouble(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="alone">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={400}>
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <div>
              <img src="/favicon.svg" alt="" width={44} height={44} />
              <Title order={1} size="h2" mt="xs">
                Wavehouse
              </Title>
              <Text c="dimmed">{t('Control tower and devices')}</Text>
            </div>
            <TextInput
              name="email"
              type="email"
              label={t('E-mail')}
              autoComplete="username"
              required
              autoFocus
            />
            <PasswordInput
              name="password"
              label={t('Password')}
              autoComplete="current-password"
              required
              visibilityToggleButtonProps={{ 'aria-label': t('Show password') }}
            />
            {trouble && (
              <Alert color="red" role="alert" title={t('Not signed in')}>
                {trouble}
              </Alert>
            )}
            <Button type="submit" loading={busy} size="md">
              {t('Sign in')}
            </Button>
            <Text size="sm" c="dimmed">
              {t('Do you pick, pack or load?')}{' '}
              <Anchor href="/floor" underline="always">
                {t('Go to the floor page')}
              </Anchor>
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
