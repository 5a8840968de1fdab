import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me, PickTaskView, ShortReason } from '#lib/contracts';
import { currentTask, type PickNeed, type PickState, pickNeed } from '#lib/floor';
import { Flash, Instruction, Progress, Screen, Sheet, Tail } from '../../ui/floor/kit.js';
import { CartPicture, TotePicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { usePick } from './use-pick.js';

/** A run with a cluster cart: where, what, how many, into which tote. */
export function PickWork({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState(false);
  const work = usePick(me, (command) => {
    if (command === 'short' || command === 'help') setProblem(true);
  });
  const task = work.pick ? currentTask(work.pick) : null;
  return (
    <Screen
      bar={
        <TopBar
          me={me}
          title={work.pick ? t('Run {{number}}', { number: work.pick.run.number }) : t('Pick')}
          queue={work.queue}
        />
      }
      actions={
        task ? (
          <>
            <button type="button" className="button problem" onClick={() => setProblem(true)}>
              {t('Problem')}
            </button>
            <div className="button" style={{ flex: 1, borderStyle: 'dashed', cursor: 'default' }}>
              {task.because[0] ?? t('Scan to go on')}
            </div>
          </>
        ) : (
          <button type="button" className="button" style={{ flex: 1 }} onClick={onLeave}>
            {t('Leave')}
          </button>
        )
      }
    >
      {!work.pick && <NoRun loaded={work.loaded} />}
      {work.pick && !task && <DropTotes pick={work.pick} />}
      {work.pick && task && <Stop pick={work.pick} task={task} need={pickNeed(work.pick)} />}
      <Flash message={work.message} />
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
      <h1>{loaded ? t('Scan a cart') : t('One moment')}</h1>
      <p>{loaded ? t('The next run comes with it.') : ''}</p>
    </div>
  );
}

function DropTotes({ pick }: { pick: PickState }) {
  const { t } = useTranslation();
  const totes = pick.run.slots.filter((slot) => slot.lpn).length;
  return (
    <div className="center">
      <TotePicture />
      <h1>{t('To station {{code}}', { code: pick.run.dropStation?.code ?? '' })}</h1>
      <p>{t('Hand over {{count}} totes there and scan the station.', { count: totes })}</p>
    </div>
  );
}

function Stop({ pick, task, need }: { pick: PickState; task: PickTaskView; need: PickNeed }) {
  const { t } = useTranslation();
  const tasks = pick.run.tasks;
  const done = tasks.filter(
    (each) => each.state === 'picked' || each.state === 'short' || each.state === 'done',
  ).length;
  const at = need.need;
  const { location, item } = task;
  return (
    <>
      <Progress done={done} of={tasks.length} label={t('Stops done')} />
      <Instruction
        now={at === 'location'}
        done={at !== 'location'}
        label={t('Place')}
        size={at === 'location' ? 'huge' : 'big'}
      >
        {location.code}
      </Instruction>
      <div className="row">
        <Instruction now={at === 'item'} done={at === 'tote'} label={`${item.sku}`} size="big">
          {item.name}
          <span className="muted" style={{ display: 'block', fontSize: 18 }}>
            <Tail text={item.barcodes[0]?.code ?? item.sku} />
            {task.lot ? ` · ${t('lot {{lot}}', { lot: task.lot })}` : ''}
          </span>
        </Instruction>
        <section className="instruction" style={{ flex: '0 0 34%' }} aria-label={t('Quantity')}>
          <span className="label">{t('Take')}</span>
          <span className="quantity">
            <b>{task.quantity - pick.units}</b>
            {pick.units > 0 && (
              <span className="muted">
                {pick.units}/{task.quantity}
              </span>
            )}
          </span>
        </section>
      </div>
      <Instruction
        now={at === 'tote'}
        label={t('Slot {{slot}}', { slot: task.slot })}
        size={at === 'tote' ? 'huge' : 'big'}
      >
        {task.lpn ?? pick.run.slots.find((slot) => slot.slot === task.slot)?.lpn ?? t('any empty tote')}
      </Instruction>
      <div
        className="slots"
        role="img"
        aria-label={t('Slot {{slot}} of {{count}}', { slot: task.slot, count: pick.run.cart.slots })}
      >
        {pick.run.slots.map((slot) => (
          <span key={slot.slot} data-now={slot.slot === task.slot} data-state={slot.state}>
            {slot.slot}
          </span>
        ))}
      </div>
    </>
  );
}

const REASONS: { reason: ShortReason; label: string }[] = [
  { reason: 'empty', label: 'Nothing there' },
  { reason: 'fewer', label: 'Fewer than needed' },
  { reason: 'damaged', label: 'Damaged' },
  { reason: 'wrong-item', label: 'Another item lies there' },
  { reason: 'blocked', label: 'I cannot get there' },
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
