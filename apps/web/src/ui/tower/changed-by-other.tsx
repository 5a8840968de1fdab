import { Alert, Button, Group, Text } from '@mantine/core';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { useAct } from './use-act.js';
import type { Edited } from './use-saved-draft.js';

/** What is edited here was saved by somebody else meanwhile: nothing is lost unasked, and theirs can be taken. */
export function ChangedByOther<V>(props: {
  title: string;
  /** Where theirs is fetched. */
  path: string;
  kind: Edited;
  onTaken: (theirs: V) => void;
}) {
  const { t } = useTranslation();
  const take = useAct(async () => props.onTaken(await api.get<V>(props.path)), { refresh: [props.kind] });
  return (
    <Alert color="orange" title={props.title}>
      <Group justify="space-between">
        <Text size="sm">{t('Take their version and make your changes again.')}</Text>
        <Button size="xs" variant="default" loading={take.isPending} onClick={() => take.mutate(undefined)}>
          {t('Take their version')}
        </Button>
      </Group>
    </Alert>
  );
}
