import { useState } from 'react';
import type { Me, ReplenishmentTask } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { Instruction, Keypad, Screen, Sheet, Tail } from '../../ui/floor/kit.js';
import { ShelfPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { quantityOf, type ReplenishState, replenishNeed } from './replenish-step.js';
import { useReplenish } from './use-replenish.js';

/** Goods from reserve to a pick face: place, item, how many, face. The most urgent first. */
export function Replenish({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [counting, setCounting] = useState(false);
  const work = useReplenish(me, (command) => {
    if (command === 'short' || command === 'help') setCounting(true);
    if (command === 'cancel' || command === 'skip') work.leaveTask();
    if (command === 'done' || command === 'back') counting ? setCounting(false) : onLeave();
  });
  const need = replenishNeed(work.state);
  return (
    <Screen
      bar={<TopBar me={me} title={t('Replenish')} />}
      message={work.message}
      actions={
        <>
          {need.need !== 'nothing' && (
            <button type="button" className="button problem" onClick={() => setCounting(true)}>
              {t('Problem')}
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
          <ShelfPicture />
          <h2>{work.loaded ? t('Nothing to replenish') : t('One moment')}</h2>
          <p>{work.loaded ? t('Places that run low appear here.') : ''}</p>
        </div>
      ) : (
        <Stop state={work.state} need={need.need} task={need.task} />
      )}
      {counting && need.need !== 'nothing' && (
        <ProblemSheet
          onClose={() => setCounting(false)}
          onCount={(quantity) => {
            setCounting(false);
            work.count(quantity);
          }}
          onLeaveTask={() => {
            setCounting(false);
            work.leaveTask();
          }}
        />
      )}
    </Screen>
  );
}

function Stop(props: { state: ReplenishState; need: 'from' | 'item' | 'to'; task: ReplenishmentTask }) {
  const { t } = useTranslation();
  const { task, need } = props;
  return (
    <div className="stop">
      <Instruction area="place" label={t('From')} now={need === 'from'} done={need !== 'from'}>
        {task.from}
      </Instruction>
      <Instruction area="item" label={task.sku} now={need === 'item'} done={need === 'to'}>
        <span className="clamp">{task.name}</span>
        <small>
          <Tail text={task.barcodes[0]?.code ?? task.sku} />
          {task.lot ? ` · ${t('lot {{lot}}', { lot: task.lot })}` : ''}
        </small>
      </Instruction>
      <Instruction area="take" label={t('Take')} huge>
        <b className="figure">{quantityOf(props.state, task)}</b>
      </Instruction>
      <Instruction area="slot" label={t('Bring to')} now={need === 'to'}>
        {task.to}
        {task.blockedPicks > 0 && need !== 'to' && (
          <small className="beside"> {t('{{count}} picks wait', { count: task.blockedPicks })}</small>
        )}
      </Instruction>
    </div>
  );
}

/** Fewer than asked for, counted on the screen's own digits; or another task. */
function ProblemSheet(props: {
  onClose: () => void;
  onCount: (quantity: number) => void;
  onLeaveTask: () => void;
}) {
  const { t } = useTranslation();
  const [digits, setDigits] = useState('');
  const enter = (): void => {
    if (digits !== '') props.onCount(Number(digits));
  };
  return (
    <Sheet title={t('How many are there?')} onClose={props.onClose}>
      <output className="counted">{digits || '–'}</output>
      <Keypad
        onDigit={(digit) => setDigits((now) => (now + digit).slice(0, 5))}
        onBack={() => setDigits((now) => now.slice(0, -1))}
        onEnter={enter}
        backLabel={t('Delete digit')}
        enterLabel={t('Go on')}
      />
      <button type="button" className="button" onClick={props.onLeaveTask}>
        {t('Not this one')}
      </button>
    </Sheet>
  );
}
