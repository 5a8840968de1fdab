import { Loader, Text } from '@mantine/core';
import {
  IconArrowBackUp,
  IconCircle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { StepView, WaveView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { count } from '../../ui/tower/format.js';
import { useWaveProgress } from './planning-bar.js';

const SIGNS: Record<string, ReactNode> = {
  pending: <IconCircle size={20} />,
  running: <Loader size={18} />,
  succeeded: <IconCircleCheck size={20} />,
  skipped: <IconCircleDashed size={20} />,
  failed: <IconCircleX size={20} />,
  compensated: <IconArrowBackUp size={20} />,
};

/** The pipeline of a wave, each step with its state, what it took and what it said. */
export function WaveSteps({ wave }: { wave: WaveView }) {
  const progress = useWaveProgress(wave);
  return (
    <ol className="wave-steps" aria-live="polite">
      {wave.steps.map((step) => (
        <Step key={step.name} step={step} detail={progress?.step === step.name ? progress.detail : null} />
      ))}
    </ol>
  );
}

function Step({ step, detail }: { step: StepView; detail: string | null }) {
  const { t } = useTranslation();
  const facts = [
    t(`step-state ${step.state}`),
    step.durationMs === null ? null : took(step.durationMs, t),
    step.attempts > 1 ? t('attempt {{count}}', { count: step.attempts }) : null,
  ].filter((fact) => fact !== null);
  const last = detail ?? step.log.at(-1);
  return (
    <li data-state={step.state}>
      <span aria-hidden="true">{SIGNS[step.state] ?? SIGNS.pending}</span>
      <div>
        <Text fw={600} component="span">
          {t(`step ${step.name}`)}
        </Text>{' '}
        <Text size="sm" c="dimmed" component="span">
          {facts.join(' · ')}
        </Text>
        {last && <Text size="sm">{last}</Text>}
        {step.log.length > 1 && (
          <details>
            <summary>{t('All it said')}</summary>
            {step.log.map((line) => (
              <Text key={line} size="sm" className="mono">
                {line}
              </Text>
            ))}
          </details>
        )}
      </div>
    </li>
  );
}

function took(ms: number, t: ReturnType<typeof useTranslation>['t']): string {
  return ms < 1_000
    ? t('{{count}} ms', { count: Math.round(ms) })
    : t('{{seconds}} s', { seconds: count(Math.round(ms / 100) / 10) });
}
