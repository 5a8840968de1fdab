import { useTranslation } from 'react-i18next';
import type { PackView } from '#lib/contracts';
import { Sheet } from '../../ui/floor/kit.js';

/** Two taps: Problem, then what it is. */
export function PackProblem(props: {
  pack: PackView | null;
  mismatch: boolean;
  onClose: () => void;
  onReprint: (reason: 'media' | 'damaged' | 'lost' | 'unknown') => void;
  onAccept: (reason: string) => void;
  onStartOver: () => void;
}) {
  const { t } = useTranslation();
  const hasPrint = props.pack?.print !== null && props.pack !== null;
  return (
    <Sheet title={t('What is wrong?')} onClose={props.onClose}>
      {hasPrint && (
        <>
          <button type="button" className="button" onClick={() => props.onReprint('media')}>
            {t('Print again: paper was out or jammed')}
          </button>
          <button type="button" className="button" onClick={() => props.onReprint('damaged')}>
            {t('Print again: label is damaged')}
          </button>
          <button type="button" className="button" onClick={() => props.onReprint('lost')}>
            {t('Print again: label is lost')}
          </button>
        </>
      )}
      {props.mismatch && (
        <button type="button" className="button" onClick={() => props.onAccept('contents checked by hand')}>
          {t('Supervisor: contents checked, accept the weight')}
        </button>
      )}
      <button type="button" className="button" onClick={props.onStartOver}>
        {t('Put this tote aside and take another')}
      </button>
      <button type="button" className="button primary" onClick={props.onClose}>
        {t('Back to work')}
      </button>
    </Sheet>
  );
}
