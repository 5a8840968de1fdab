import type { Me } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { Instruction, Progress, Screen, Tail } from '../../ui/floor/kit.js';
import { TotePicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { putBackNeed } from './put-back-step.js';
import { usePutBack } from './use-put-back.js';

/** Goods of cancelled and undone orders back to their shelves: tote or parcel, each unit, place. */
export function PutBack({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const { state, loaded, message, leaveTask } = usePutBack(me, onLeave);
  const need = putBackNeed(state);
  return (
    <Screen
      bar={<TopBar me={me} title={t('Put back')} />}
      message={message}
      actions={
        <>
          {state.task && (
            <button type="button" className="button problem" onClick={leaveTask}>
              {t('Not this one')}
            </button>
          )}
          <button type="button" className="button grow" onClick={onLeave}>
            {t('Leave')}
          </button>
        </>
      }
    >
      {need.need === 'nothing' ? (
        <div className="center">
          <TotePicture />
          <h2>{loaded ? t('Nothing to put back') : t('One moment')}</h2>
          <p>{loaded ? t('Goods of cancelled orders appear here.') : ''}</p>
        </div>
      ) : (
        <>
          <Progress done={state.units} of={need.task.quantity} label={t('Units scanned')} />
          <div className="stop">
            <Instruction
              area="place"
              label={need.task.from === 'tote' ? t('Fetch the tote') : t('Fetch the parcel')}
              now={need.need === 'source'}
              done={need.need !== 'source'}
            >
              <Tail text={need.task.lpn} count={6} />
              {need.task.runNumber !== null && (
                <small>{t('on the cart of run {{number}}', { number: need.task.runNumber })}</small>
              )}
            </Instruction>
            <Instruction
              area="item"
              label={need.task.sku}
              now={need.need === 'item'}
              done={need.need === 'location'}
            >
              <span className="clamp">{need.task.name}</span>
              <small>
                <Tail text={need.task.barcodes[0]?.code ?? need.task.sku} />
                {need.task.lot ? ` · ${t('lot {{lot}}', { lot: need.task.lot })}` : ''}
              </small>
            </Instruction>
            <Instruction area="take" label={t('Take out')} huge>
              <b className="figure">{need.need === 'item' ? need.remaining : need.task.quantity}</b>
            </Instruction>
            <Instruction area="slot" label={t('Back to')} now={need.need === 'location'}>
              {need.task.location}
            </Instruction>
          </div>
        </>
      )}
    </Screen>
  );
}
