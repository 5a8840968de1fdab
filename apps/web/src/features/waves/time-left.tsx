import { Text } from '@mantine/core';
import { useTranslation } from '../../lib/i18n.js';
import { clockTime, span } from '../../ui/tower/format.js';

const SOON_MS = 60 * 60_000;

/** A cut-off with what is left until it; said in words and by colour when it is near or past. */
export function TimeLeft({ cutOffAt, now, over = false }: { cutOffAt: string; now: number; over?: boolean }) {
  const { t } = useTranslation();
  const leftMs = Date.parse(cutOffAt) - now;
  const time = clockTime(cutOffAt);
  if (over) return <Text size="sm">{t('cut-off {{time}}', { time })}</Text>;
  if (leftMs <= 0) {
    return (
      <Text size="sm" fw={700} c="var(--mantine-color-red-light-color)">
        {t('due {{time}}, {{span}} ago', { time, span: span(cutOffAt, now) })}
      </Text>
    );
  }
  const left = span(new Date(now).toISOString(), now + leftMs);
  const isSoon = leftMs < SOON_MS;
  return (
    <Text
      size="sm"
      fw={isSoon ? 700 : 400}
      c={isSoon ? 'var(--mantine-color-orange-light-color)' : undefined}
    >
      {t('by {{time}}, {{span}} left', { time, span: left })}
    </Text>
  );
}
