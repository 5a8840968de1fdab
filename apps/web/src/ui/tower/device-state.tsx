import { Badge } from '@mantine/core';
import { useTranslation } from '../../lib/i18n.js';

const COLOURS: Record<string, string> = {
  ready: 'teal',
  init: 'blue',
  degraded: 'orange',
  lost: 'red',
  fault: 'red',
  disabled: 'gray',
};

export function DeviceStateBadge({ state }: { state: string }) {
  const { t } = useTranslation();
  return (
    <Badge size="sm" variant="light" color={COLOURS[state] ?? 'gray'} tt="none">
      {t(`device ${state}`)}
    </Badge>
  );
}
