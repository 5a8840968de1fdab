import { Anchor, Button, Stack, Text, Title } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from '../../lib/i18n.js';

/** An address that leads nowhere: what was asked for, and the ways that lead on. */
export function NotFound() {
  const { t } = useTranslation();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <Stack gap="sm" align="start" py="xl" maw={640}>
      <Title order={1} size="h2">
        {t('There is no such page')}
      </Title>
      <Text style={{ overflowWrap: 'anywhere' }}>
        {t('Nothing is at {{path}}. The address may be mistyped, or the page may have moved.', { path })}
      </Text>
      <Button component={Link} to="/">
        {t('To the board')}
      </Button>
      <Anchor component={Link} to="/story" underline="always">
        {t('Find a parcel')}
      </Anchor>
    </Stack>
  );
}
