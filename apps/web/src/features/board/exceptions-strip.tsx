import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ExceptionView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { span } from '../../ui/tower/format.js';
import { useExceptionTitle } from '../../ui/tower/reason-words.js';

/** What needs a person, oldest first. */
export function ExceptionsStrip(props: { exceptions: ExceptionView[]; shown: number }) {
  const { t } = useTranslation();
  const title = useExceptionTitle();
  const { exceptions, shown } = props;
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t('Needs a person')}{' '}
          {exceptions.length > 0 && (
            <Badge color="red" variant="filled">
              {exceptions.length}
            </Badge>
          )}
        </Title>
        <Link to="/exceptions">{t('All exceptions')}</Link>
      </Group>
      {exceptions.length === 0 && <Text c="dimmed">{t('Nothing. Everything runs by itself.')}</Text>}
      <Stack gap={6}>
        {exceptions.slice(0, shown).map((exception) => (
          <Group key={exception.id} justify="space-between" wrap="nowrap" gap="xs">
            <Text truncate>
              <b>{title(exception)}</b> {exception.detail}
            </Text>
            <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {t(`owner ${exception.owner}`)} · {span(exception.openedAt)}
            </Text>
          </Group>
        ))}
      </Stack>
    </>
  );
}
