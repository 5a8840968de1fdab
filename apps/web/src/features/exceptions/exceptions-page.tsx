import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ExceptionView, Page } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { span } from '../../ui/tower/format.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { useExceptionTitle } from '../../ui/tower/reason-words.js';
import { useAct } from '../../ui/tower/use-act.js';

/** The inbox of what needs a person: who owns it, since when, and what may be done. */
export function ExceptionsPage() {
  const { t } = useTranslation();
  const exceptions = useQuery({
    queryKey: ['exceptions'],
    queryFn: ({ signal }) => api.get<Page<ExceptionView>>('/tower/exceptions', signal),
    refetchInterval: 5_000,
  });
  return (
    <Stack>
      <Title order={1} size="h2">
        {t('Exceptions')}
      </Title>
      <QueryState query={exceptions}>
        {(page) =>
          page.items.length === 0 ? (
            <Text c="dimmed">
              {t(
                'Nothing needs a person. Shorts, no-reads, weights that do not fit and printers in trouble appear here.',
              )}
            </Text>
          ) : (
            <Stack gap="xs">
              {page.items.map((exception) => (
                <ExceptionRow key={exception.id} exception={exception} />
              ))}
            </Stack>
          )
        }
      </QueryState>
    </Stack>
  );
}

function ExceptionRow({ exception }: { exception: ExceptionView }) {
  const { t } = useTranslation();
  const title = useExceptionTitle();
  const resolve = useAct(
    (remedy: string) => api.post(`/tower/exceptions/${exception.id}/resolve`, { remedy }),
    {
      done: t('Done.'),
      refresh: ['exceptions', 'board'],
    },
  );
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="sm" align="flex-start">
        <div style={{ flex: '1 1 280px', minWidth: 0 }}>
          <Text fw={700}>{title(exception)}</Text>
          <Text>{exception.detail}</Text>
          <Text size="sm" c="dimmed">
            {t(`owner ${exception.owner}`)} · {t('open for {{age}}', { age: span(exception.openedAt) })}
            {(exception.parcelId || exception.orderId) && (
              <>
                {' · '}
                <Link
                  to="/story"
                  search={
                    (exception.parcelId
                      ? { parcel: exception.parcelId }
                      : { order: exception.orderId }) as never
                  }
                >
                  {t('Its way')}
                </Link>
              </>
            )}
          </Text>
        </div>
        <Group gap="xs">
          {exception.remedies.map((remedy) => (
            <Button
              key={remedy}
              size="sm"
              variant="default"
              loading={resolve.isPending && resolve.variables === remedy}
              onClick={() => resolve.mutate(remedy)}
            >
              {t(`remedy ${remedy}`)}
            </Button>
          ))}
        </Group>
      </Group>
    </Paper>
  );
}
