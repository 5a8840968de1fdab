import { useState } from 'react';
import type { PutInstruction, PutWallView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { Instruction, Screen, Sheet } from '../../ui/floor/kit.js';
import { ShelfPicture, TotePicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { usePutWall, type WallDesk } from './use-put-wall.js';
import type { WallState } from './wall-step.js';

/** A put wall: scan an item out of a tote, its slot stands on the screen as large as it goes, scan the slot. */
export function PutWall(desk: WallDesk) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { state, station, message, letGo, missing } = usePutWall(desk, () => setAsking(true));
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
        <Wall state={state} />
      ) : (
        <div className="center">
          <ShelfPicture />
          <h2>{station ? t('One moment') : t('Scan the put wall')}</h2>
          <p>{station ? '' : t('Its barcode says which slots there are.')}</p>
        </div>
      )}
      {asking && state?.toteScan && (
        <Sheet title={t('Is tote {{lpn}} empty?', { lpn: state.toteScan })} onClose={() => setAsking(false)}>
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

function Wall({ state }: { state: WallState }) {
  return (
    <div className="wall-work">
      {state.hand ? <IntoSlot put={state.hand.instruction} /> : <NextItem state={state} />}
      <Slots wall={state.wall} now={state.hand?.instruction.slot ?? null} />
    </div>
  );
}

function IntoSlot({ put }: { put: PutInstruction }) {
  const { t } = useTranslation();
  return (
    <>
      <Instruction label={t('Into slot')} now>
        {put.slot}
        <small>{t('row {{row}}, column {{column}}', { row: put.row, column: put.column })}</small>
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
  const { wall, toteScan } = state;
  if (toteScan) {
    return (
      <div className="center">
        <ShelfPicture />
        <h2>{t('Scan an item')}</h2>
        <p>{t('Out of tote {{lpn}}. Its slot is shown here.', { lpn: toteScan })}</p>
      </div>
    );
  }
  const next = wall.totes[0];
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

/** The wall in small, so that the eye finds the slot: where it is, what is full. */
function Slots({ wall, now }: { wall: PutWallView; now: string | null }) {
  const { t } = useTranslation();
  const columns = Math.max(1, ...wall.slots.map(({ column }) => column));
  return (
    <div
      className="wall-slots"
      role="img"
      aria-label={t('{{free}} of {{count}} slots are free', {
        free: wall.freeSlots,
        count: wall.slots.length,
      })}
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
    >
      {wall.slots.map((slot) => (
        <i
          key={slot.code}
          data-state={slot.state}
          data-now={slot.code === now || undefined}
          style={{ gridRow: slot.row, gridColumn: slot.column }}
        />
      ))}
    </div>
  );
}
