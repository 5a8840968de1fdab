import { Alert, List, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { RivalView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';

/** Who else may take a channel's orders: how many both match right now, and which of them goes first. */
export function Rivals({ rivals }: { rivals: readonly RivalView[] }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  if (rivals.length === 0) return null;
  return (
    <Alert mt="sm" color="orange" title={t('Others may take the same orders')}>
      <List size="sm">
        {rivals.map(({ kind, id, name, orders, because }) => (
          <List.Item key={id}>
            {kind === 'channel' ? (
              <Link to="/waves/channels/$channelId" params={{ channelId: id }}>
                {t('Channel {{name}}', { name })}
              </Link>
            ) : (
              <Link to="/waves/schedules/$scheduleId" params={{ scheduleId: id }}>
                {t('Schedule {{name}}', { name })}
              </Link>
            )}
            {': '}
            {t('{{count}} orders match both right now.', { count: orders })} {words(because)}
          </List.Item>
        ))}
      </List>
      <Text size="sm" mt={4}>
        {t('Narrow a filter until each order has one taker.')}
      </Text>
    </Alert>
  );
}
