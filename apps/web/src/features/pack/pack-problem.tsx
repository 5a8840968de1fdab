import { useState } from 'react';
import type { CartonView, PackView, Reprint } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Sheet } from '../../ui/floor/kit.js';

/** Two taps: Problem, then what it is. */
export function PackProblem(props: {
  pack: PackView;
  /** The weight does not fit, and this person may say that it is right. */
  mayAccept: boolean;
  onClose: () => void;
  onReprint: (reason: Reprint['reason']) => void;
  onAccept: () => void;
  onCarton: (code: string) => void;
  onStartOver: () => void;
}) {
  const { t } = useTranslation();
  const [cartons, setCartons] = useState<CartonView[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const askCartons = (): void => {
    api
      .get<{ items: CartonView[] }>('/sites/carton-types')
      .then((page) => setCartons(page.items))
      .catch((error) => setTrouble(reasonOf(error)));
  };
  if (cartons) {
    return (
      <Sheet title={t('Which carton?')} onClose={props.onClose}>
        {cartons
          .filter((carton) => carton.code !== props.pack.carton.code)
          .map((carton) => (
            <button
              key={carton.code}
              type="button"
              className="button"
              onClick={() => props.onCarton(carton.code)}
            >
              {carton.name} · {carton.lengthMm / 10}×{carton.widthMm / 10}×{carton.heightMm / 10} cm
            </button>
          ))}
      </Sheet>
    );
  }
  return (
    <Sheet title={t('What is wrong?')} onClose={props.onClose}>
      {props.pack.print && <Reprints onReprint={props.onReprint} />}
      {props.mayAccept && (
        <button type="button" className="button" onClick={props.onAccept}>
          {t('Supervisor: contents checked, accept the weight')}
        </button>
      )}
      {props.pack.parcelState === 'open' && (
        <button type="button" className="button" onClick={askCartons}>
          {t('Take another carton')}
        </button>
      )}
      {trouble && <p role="alert">{trouble}</p>}
      <button type="button" className="button" onClick={props.onStartOver}>
        {t('Put this tote aside and take another')}
      </button>
      <button type="button" className="button primary" onClick={props.onClose}>
        {t('Back to work')}
      </button>
    </Sheet>
  );
}

function Reprints({ onReprint }: { onReprint: (reason: Reprint['reason']) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <button type="button" className="button" onClick={() => onReprint('media')}>
        {t('Print again: paper was out or jammed')}
      </button>
      <button type="button" className="button" onClick={() => onReprint('damaged')}>
        {t('Print again: label is damaged')}
      </button>
      <button type="button" className="button" onClick={() => onReprint('lost')}>
        {t('Print again: label is lost')}
      </button>
    </>
  );
}
