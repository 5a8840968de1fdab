import { useTranslation } from 'react-i18next';
import type { PackView } from '#lib/contracts';
import { Instruction } from '../../ui/floor/kit.js';
import { ParcelPicture, ScalePicture, TotePicture } from '../../ui/floor/pictograms.js';
import { type PackStage, unitsLeft } from './pack-stage.js';

/** The one thing to do now, huge. */
export function PackInstruction(props: {
  stage: PackStage;
  pack: PackView | null;
  mismatch: { expected: number; weighed: number } | null;
}) {
  const { t } = useTranslation();
  const { stage, pack, mismatch } = props;
  if (stage === 'scan-tote' || !pack) {
    return (
      <div className="center">
        <TotePicture />
        <h1>{t('Scan a tote')}</h1>
        <p>{t('Any tote at this bench. Its order opens by itself.')}</p>
      </div>
    );
  }
  const carton = (
    <Instruction label={t('Carton')} size="big">
      {pack.carton.name} · {pack.carton.lengthMm / 10}×{pack.carton.widthMm / 10}×{pack.carton.heightMm / 10}{' '}
      cm
    </Instruction>
  );
  switch (stage) {
    case 'scan-items':
      return (
        <>
          {carton}
          <Instruction now label={t('Scan items into the carton')} size="huge">
            {unitsLeft(pack)}
          </Instruction>
        </>
      );
    case 'weigh':
    case 'weight-mismatch':
      return (
        <>
          {carton}
          <div className="center">
            <ScalePicture />
            <h1>{mismatch ? t('Weight does not fit') : t('Put the carton on the scale')}</h1>
            <p>
              {mismatch
                ? t(
                    'Expected {{expected}} g, weighs {{weighed}} g. Check the contents and weigh again, or call a supervisor.',
                    mismatch,
                  )
                : t('Expected {{expected}} g.', { expected: pack.expectedGrams })}
            </p>
          </div>
        </>
      );
    case 'printing':
      return (
        <div className="center">
          <ParcelPicture />
          <h1>{t('Printing the label')}</h1>
          <p>
            {t('Printer {{device}}. It says when the paper is out.', { device: pack.print?.device ?? '' })}
          </p>
        </div>
      );
    case 'print-trouble':
      return (
        <div className="center">
          <ParcelPicture />
          <h1>{t('Is there a label?')}</h1>
          <p>
            {t('If it came out whole, scan it. If not, mend the printer and press Problem, Print again.')}
          </p>
        </div>
      );
    case 'scan-label':
      return (
        <div className="center">
          <ParcelPicture />
          <h1>{t('Stick the label on and scan it')}</h1>
          <p>{pack.trackingNumber}</p>
        </div>
      );
    case 'finished':
      return (
        <div className="center">
          <ParcelPicture />
          <h1>{t('Onto the conveyor')}</h1>
          <p>{t('Then scan the next tote.')}</p>
        </div>
      );
  }
}
