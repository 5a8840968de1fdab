import { Alert, Center, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';

/** Shows a query's data, or why there is none, or that it is on its way. */
export function QueryState<T>(props: {
  query: { data: T | undefined; error: unknown };
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslation();
  if (props.query.data !== undefined) return props.children(props.query.data);
  if (props.query.error) {
    return (
      <Alert color="red" title={t('This cannot be shown')} role="alert">
        {reasonOf(props.query.error)}
      </Alert>
    );
  }
  return (
    <Center h={160}>
      <Loader aria-label={t('Loading')} />
    </Center>
  );
}
