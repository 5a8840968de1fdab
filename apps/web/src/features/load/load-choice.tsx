import type { LoadView, Me } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { type FlashMessage, Screen } from '../../ui/floor/kit.js';
import { TruckPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';

/** Which truck? */
export function LoadChoice(props: {
  me: Me;
  loads: LoadView[] | null;
  message: FlashMessage | null;
  onChoose: (load: LoadView) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Screen
      bar={<TopBar me={props.me} title={t('Load a truck')} />}
      message={props.message}
      actions={
        <button type="button" className="button grow" onClick={props.onLeave}>
          {t('Leave')}
        </button>
      }
    >
      {props.loads?.length === 0 && (
        <div className="center">
          <TruckPicture />
          <h2>{t('No load is open')}</h2>
          <p>{t('One opens by itself when the first parcel is staged.')}</p>
        </div>
      )}
      <div className="tiles scroll" hidden={!props.loads?.length}>
        {props.loads?.map((load) => (
          <button key={load.id} type="button" className="tile" onClick={() => props.onChoose(load)}>
            <TruckPicture />
            {load.carrier} · {load.number}
            <small>
              {load.door ? `${load.door} · ` : ''}
              {t('{{count}} waiting', { count: load.waiting.length })}
            </small>
          </button>
        ))}
      </div>
    </Screen>
  );
}
