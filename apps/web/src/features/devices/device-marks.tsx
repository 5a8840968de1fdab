import { Badge, Text, Tooltip } from '@mantine/core';
import type { DeviceView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { DeviceStateBadge } from '../../ui/tower/device-state.js';
import { FAULT_WORDS } from './fault-words.js';

const LEVEL_COLOURS: Record<string, string> = { silver: 'gray', bronze: 'orange', none: 'red' };

/** How far its driver is proven. */
export function QualityBadge({ level }: { level: string }) {
  const { t } = useTranslation();
  return (
    <Tooltip label={t('How far the driver is proven by the conformance suite')}>
      <Badge size="sm" variant="outline" color={LEVEL_COLOURS[level] ?? 'gray'} tt="none">
        {t(`quality ${level}`)}
      </Badge>
    </Tooltip>
  );
}

/** State, and loudly when no hardware is behind it. */
export function DeviceMarks({ device, online }: { device: DeviceView; online: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <DeviceStateBadge state={online ? device.state : 'lost'} />{' '}
      {device.simulated && (
        <Badge size="sm" color="grape" variant="filled" tt="none">
          {t('simulated')}
        </Badge>
      )}
    </>
  );
}

/** What is probably wrong and what to do first. */
export function FaultWords({ device }: { device: DeviceView }) {
  const { t } = useTranslation();
  if (!device.fault) return null;
  const words = FAULT_WORDS[device.fault];
  return (
    <Text size="sm">
      <b>{t(words.cause)}</b> {t(words.fix)}
    </Text>
  );
}
