import { useState } from 'react';
import type { Me, PickTaskView, ShortReason } from '#lib/contracts';
import { currentTask, type PickState, pickNeed } from '#lib/floor';
import { text, useTranslation } from '../../lib/i18n.js';
import { Instruction, Progress, Screen, Sheet, Tail } from '../../ui/floor/kit.js';
import { CartPicture, TotePicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { CartSlots } from './cart-slots.js';
import { usePick } from './use-pick.js';

/** Command barcodes that say the reason at once; the others open or close the choice. */
const REASON_OF_COMMAND: Record<string, ShortReason> = {
  damaged: 'damaged',
  'wrong-label': 'wrong-item',
  blocked: 'blocked',
};

/** A run with a cluster cart: where, what, how many, into which tote. */
export function PickWork({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState(false);
  const work = usePick(me, (command) => {
    const reason = REASON_OF_COMMAND[command];
    if (reason) work.short(reason);
    if (command === 'short' || command === 'help') setProblem(true);
    if (reason || command === 'back' || command === 'cancel') setProblem(false);
    if (command === 'done' && !task) onLeave();
  });
  const task = work.pick ? currentTask(work.pick) : null;
  return (
    <Screen
      bar={
        <TopBar
          me={me}
          title={work.pick ? t('Run {{number}}', { number: work.pick.run.number }) : t('Pick')}
        />
      }
      message={work.message}
      actions={
        <>
          {task && (
            <button type="button" className="button problem" onClick={() => setProblem(true)}>
              {t('Problem')}
            </button>
          )}
          <button type="button" className="button grow" onClick={onLeave}>
            {task ? t('Pause') : t('Leave')}
          </button>
        </>
      }
    >
      {!work.pick && <NoRun loaded={work.loaded} />}
      {work.pick && !task && <DropTotes pick={work.pick} />}
      {work.pick && task && <Stop pick={work.pick} task={task} />}
      {problem && (
        <ShortSheet
          onClose={() => setProblem(false)}
          onShort={(reason) => {
            setProblem(false);
            work.short(reason);
          }}
        />
      )}
    </Screen>
  );
}

function NoRun({ loaded }: { loaded: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="center">
      <CartPicture />
      <h2>{loaded ? t('Scan a cart') : t('One moment')}</h2>
      <p>{loaded ? t('The next run comes with it.') : ''}</p>
    </div>
  );
}

function DropTotes({ pick }: { pick: PickState }) {
  const { t } = useTranslation();
  const { run } = pick;
  const totes =
    run.method === 'batch'
      ? new Set(run.tasks.flatMap(({ lpn }) => lpn ?? [])).size
      : run.slots.filter((slot) => slot.lpn).length;
  return (
    <div className="center">
      <TotePicture />
      <h2>{t('To station {{code}}', { code: pick.run.dropStation?.code ?? '' })}</h2>
      <p>{t('Hand over {{count}} totes there and scan the station.', { count: totes })}</p>
    </div>
  );
}

const DONE = new Set(['picked', 'short', 'dropped', 'done', 'cancelled']);

function Stop({ pick, task }: { pick: PickState; task: PickTaskView }) {
  const { t } = useTranslation();
  const { tasks, slots } = pick.run;
  const { need } = pickNeed(pick);
  const { location, item } = task;
  const lpn = task.lpn ?? slots.find((slot) => slot.slot === task.slot)?.lpn ?? null;
  return (
    <>
      <Progress
        done={tasks.filter((each) => DONE.has(each.state)).length}
        of={tasks.length}
        label={t('Stops done')}
      />
      <div className="stop">
        <Instruction area="place" now={need === 'location'} done={need !== 'location'} label={t('Place')}>
          {location.code}
        </Instruction>
        <Instruction area="item" now={need === 'item'} done={need === 'tote'} label={item.sku}>
          <span className="clamp">{item.name}</span>
          <small>
            <Tail text={item.barcodes[0]?.code ?? item.sku} />
            {task.lot ? ` · ${t('lot {{lot}}', { lot: task.lot })}` : ''}
          </small>
        </Instruction>
        <Instruction area="take" label={t('Take')} now={need === 'item'}>
          <b className="figure">{task.quantity - pick.units}</b>
          {pick.units > 0 && (
            <small>{t('{{done}} of {{of}}', { done: pick.units, of: task.quantity })}</small>
          )}
        </Instruction>
        {pick.run.method === 'batch' ? (
          <Instruction area="slot" now={need === 'tote'} label={t('Into any tote of the run')}>
            {tasks.findLast((each) => each.lpn)?.lpn ?? t('any empty tote')}
          </Instruction>
        ) : (
          <Instruction area="slot" now={need === 'tote'} label={t('Into slot')}>
            <b>{task.slot}</b> <small className="beside">{lpn ?? t('any empty tote')}</small>
          </Instruction>
        )}
      </div>
      {slots.length > 0 && <CartSlots slots={slots} now={task.slot} tasks={tasks} />}
    </>
  );
}

const REASONS: { reason: ShortReason; label: string }[] = [
  { reason: 'empty', label: text('Nothing there') },
  { reason: 'fewer', label: text('Fewer than needed') },
  { reason: 'damaged', label: text('Damaged') },
  { reason: 'wrong-item', label: text('Another item lies there') },
  { reason: 'blocked', label: text('I cannot get there') },
];

function ShortSheet(props: { onClose: () => void; onShort: (reason: ShortReason) => void }) {
  const { t } = useTranslation();
  return (
    <Sheet title={t('What is wrong?')} onClose={props.onClose}>
      {REASONS.map((each) => (
        <button key={each.reason} type="button" className="button" onClick={() => props.onShort(each.reason)}>
          {t(each.label)}
        </button>
      ))}
      <button type="button" className="button primary" onClick={props.onClose}>
        {t('Back to work')}
      </button>
    </Sheet>
  );
}
