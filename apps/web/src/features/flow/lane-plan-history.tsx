import { Text } from '@mantine/core';
import type { LanePlanView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { dayAndTime } from '../../ui/tower/format.js';
import { differenceWords } from './lane-plan-draft.js';

/** More than these of one change are counted. */
const DIFFERENCES_SHOWN = 6;

/** Who changed what lanes take, when, and what it was; newest first. */
export function LanePlanHistory({ history }: { history: LanePlanView['history'] }) {
  const { t } = useTranslation();
  if (history.length === 0) return null;
  return (
    <details className="lane-history">
      <summary>{t('Changes before')}</summary>
      <ol>
        {history.map(({ revision, kind, at, by, differences }) => (
          <li key={revision}>
            <Text size="sm" fw={600}>
              {revision} · {dayAndTime(at)} · {by} · {t(`plan-change ${kind}`)}
            </Text>
            <ul>
              {differences.slice(0, DIFFERENCES_SHOWN).map((each) => (
                <li key={JSON.stringify(each)}>{differenceWords(each, t)}</li>
              ))}
              {differences.length > DIFFERENCES_SHOWN && (
                <li>{t('and {{count}} more', { count: differences.length - DIFFERENCES_SHOWN })}</li>
              )}
            </ul>
          </li>
        ))}
      </ol>
    </details>
  );
}
