import { Badge, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { liveChannel, useLiveStatus } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';

const STALE_MS = 5_000;
const DEAD_MS = 30_000;

/** How long ago the core was last heard. Stale is shown as stale: amber after 5 s, red after 30 s. */
export function DataAge() {
  const { t } = useTranslation();
  const status = useLiveStatus('tower');
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const { heardAt } = liveChannel('tower');
  const age = heardAt === 0 ? null : Date.now() - heardAt;
  const fresh = status === 'live' && age !== null && age < STALE_MS;
  const color = fresh ? 'teal' : age === null || age > DEAD_MS ? 'red' : 'orange';
  const text = fresh
    ? t('live')
    : age === null
      ? t('connecting')
      : t('{{seconds}} s old', { seconds: Math.round(age / 1000) });
  return (
    <Tooltip label={t('When the core was last heard')}>
      <Badge color={color} variant="filled" role="status" tt="none">
        {text}
      </Badge>
    </Tooltip>
  );
}
