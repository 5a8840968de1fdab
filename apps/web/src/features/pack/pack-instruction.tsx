import type { ReactNode } from 'react';
import type { PackView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { Instruction } from '../../ui/floor/kit.js';
import { ParcelPicture, ScalePicture, TotePicture } from '../../ui/floor/pictograms.js';
import { type Mismatch, type PackStage, unitsLeft } from './pack-stage.js';

/** The one thing to do now, huge. */
export function PackInstruction(props: {
  stage: PackStage;
  pack: PackView | null;
  mismatch: Mismatch | null;
}) {
  const { t } = useTranslation();
  const { stage, pack, mismatch } = props;
  if (stage === 'scan-tote' || !pack) {
    return (
      <Picture of={<TotePicture />} title={t('Scan a tote')}>
        {t('Any tote at this bench. Its order opens by itself.')}
      </Picture>
    );
  }
  switch (stage) {
    case 'scan-items':
      return (
        <>
          <CartonOf pack={pack} />
          <Instruction now label={t('Scan items into the carton')}>
            <b className="figure">{unitsLeft(pack)}</b>
          </Instruction>
        </>
      );
    case 'weigh':
      return (
        <>
          <CartonOf pack={pack} />
          <Picture of={<ScalePicture />} title={t('Put the carton on the scale')}>
            {t('Expected {{expected}} g.', { expected: pack.expectedGrams })}{' '}
            {t('{{litres}} l to fill.', { litres: (pack.voidMl / 1000).toFixed(1) })}
          </Picture>
        </>
      );
    case 'weight-mismatch':
      return (
        <Picture of={<ScalePicture />} title={t('Weight does not fit')}>
          {t(
            'Expected {{expected}} g, weighs {{weighed}} g. Check the contents and weigh again, or call a supervisor.',
            { ...mismatch },
          )}
        </Picture>
      );
    case 'printing':
      return (
        <Picture of={<ParcelPicture />} title={t('Printing the label')}>
          {t('Printer {{device}}. It says when the paper is out.', { device: pack.print?.device ?? '' })}
        </Picture>
      );
    case 'print-trouble':
      return (
        <Picture of={<ParcelPicture />} title={t('Is there a label?')}>
          {t('If it came out whole, scan it. If not, mend the printer and press Print again.')}
        </Picture>
      );
    case 'scan-label':
      return (
        <Picture of={<ParcelPicture />} title={t('Stick the label on and scan it')}>
          {pack.trackingNumber}
        </Picture>
      );
    case 'finished':
      return (
        <Picture of={<ParcelPicture />} title={t('Onto the conveyor')}>
          {t('Then scan the next tote.')}
        </Picture>
      );
  }
}

function CartonOf({ pack: { carton } }: { pack: PackView }) {
  const { t } = useTranslation();
  const size = [carton.lengthMm, carton.widthMm, carton.heightMm].map((mm) => mm / 10).join('×');
  return (
    <Instruction label={t('Carton')}>
      {carton.name} <small>{size} cm</small>
    </Instruction>
  );
}

function Picture(props: { of: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className="center">
      {props.of}
      <h2>{props.title}</h2>
      <p>{props.children}</p>
    </div>
  );
}
