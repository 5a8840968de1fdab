import { useState } from 'react';
import type { PutInstruction } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { Instruction, Screen, Sheet, Tail } from '../../ui/floor/kit.js';
import { ShelfPicture, TotePicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { usePutWall, type WallDesk } from './use-put-wall.js';
import { WallMap } from './wall-map.js';
import { toteOf, unitsLeft, type WallState } from './wall-step.js';

/** A put wall: scan an item out of a tote, its slot stands on the screen as large as it goes, scan the slot. */
export function PutWall(desk: WallDesk) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { state, station, message, letGo, missing, undo } = usePutWall(desk, () => setAsking(true));
  return (
    <Screen
      bar={<TopBar me={desk.me} title={t('Put wall')} />}
      message={message}
      actions={
        <>
          {state?.hand && (
            <button type="button" className="button problem" onClick={letGo}>
              {t('Back into the tote')}
            </button>
          )}
          {state?.toteScan && !state.hand && (
            <button type="button" className="button problem" onClick={() => setAsking(true)}>
              {t('Tote is empty')}
            </button>
          )}
          <button type="button" className="button grow" onClick={desk.onLeave}>
            {t('Leave')}
          </button>
        </>
      }
    >
      {state ? (
        <Wall state={state} onUndo={undo} />
      ) : (
        <div className="center">
          <ShelfPicture />
          <h2>{station ? t('One moment') : t('Scan the put wall')}</h2>
          <p>{station ? '' : t('Its barcode says which slots there are.')}</p>
        </div>
      )}
      {asking && state?.toteScan && (
        <Sheet title={t('Is tote {{lpn}} empty?', { lpn: toteOf(state) })} onClose={() => setAsking(false)}>
          <p>{t('What should still be in it counts as missing.')}</p>
          <button
            type="button"
            className="button problem"
            onClick={() => {
              setAsking(false);
              void missing();
            }}
          >
            {t('Yes, the rest is missing')}
          </button>
          <button type="button" className="button primary" onClick={() => setAsking(false)}>
            {t('Back to work')}
          </button>
        </Sheet>
      )}
    </Screen>
  );
}

function Wall({ state, onUndo }: { state: WallState; onUndo: () => void }) {
  const { t } = useTranslation();
  if (state.wall.slots.length === 0) {
    return (
      <div className="center">
        <ShelfPicture />
        <h2>{t('This put wall has no slots yet')}</h2>
        <p>{t('An administrator sets them up.')}</p>
      </div>
    );
  }
  return (
    <div className="wall-work">
      <div className="wall-words">
        {state.hand ? <IntoSlot put={state.hand.instruction} /> : <NextItem state={state} />}
        {state.last && !state.hand && (
          <button type="button" className="button wall-undo" onClick={onUndo}>
            ↶ {t('Undo: {{put}}', { put: state.last.put })}
          </button>
        )}
      </div>
      <WallMap wall={state.wall} put={state.hand?.instruction ?? null} />
    </div>
  );
}

function IntoSlot({ put }: { put: PutInstruction }) {
  const { t } = useTranslation();
  return (
    <>
      <Instruction label={t('Into slot')} now>
        <span className="plate">
          <Tail text={put.slot} count={3} />
        </span>
        <span className="wall-place">
          {t('row {{row}}, column {{column}}', { row: put.row, column: put.column })}
        </span>
      </Instruction>
      <div className="wall-what">
        <Instruction label={put.sku}>
          <span className="clamp">{put.name}</span>
        </Instruction>
        <Instruction label={t('Put')} huge>
          <b className="figure">{put.quantity}</b>
        </Instruction>
      </div>
    </>
  );
}

function NextItem({ state }: { state: WallState }) {
  const { t } = useTranslation();
  const left = unitsLeft(state);
  if (state.toteScan) {
    const lpn = toteOf(state);
    return (
      <div className="center">
        <ShelfPicture />
        <h2>{t('Scan an item')}</h2>
        <p>
          {left === null
            ? t('Out of tote {{lpn}}.', { lpn })
            : t('Out of tote {{lpn}}: {{count}} units are left.', { lpn, count: left })}
        </p>
      </div>
    );
  }
  const next = state.wall.totes[0];
  return (
    <div className="center">
      <TotePicture />
      <h2>{next ? t('Scan a tote') : t('No tote to sort')}</h2>
      <p>
        {next
          ? t('Such as {{lpn}} with {{count}} units.', { lpn: next.lpn, count: next.units })
          : t('Totes that pickers bring here appear by themselves.')}
      </p>
    </div>
  );
}
