import { useCallback, useEffect, useRef, useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me, PutAwayView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useReturn } from '../../api/live.js';
import { useTranslation } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { Instruction, Screen } from '../../ui/floor/kit.js';
import { ShelfPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { useTurns } from '../../ui/floor/use-turns.js';

/** Goods received while nobody looks are shown within this time. */
const ASK_AGAIN_MS = 10_000;

/** Received goods to their shelf: scan the item, then the place. */
export function PutAway({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const [tasks, setTasks] = useState<PutAwayView[] | null>(null);
  const now = useRef<{ task: PutAwayView | null; itemScan: string | null }>({ task: null, itemScan: null });
  const [itemSeen, setItemSeen] = useState(false);
  const hold = (itemScan: string | null): void => {
    now.current.itemScan = itemScan;
    setItemSeen(itemScan !== null);
  };
  const ask = useCallback(
    () =>
      inTurn(async () => {
        const { items } = await api.get<{ items: PutAwayView[] }>('/receiving/put-aways?state=ready');
        // The one in hand stays in hand, whatever came before it in the list meanwhile.
        const same = items.find(({ id }) => id === now.current.task?.id);
        if (!same) hold(null);
        now.current.task = same ?? items[0] ?? null;
        setTasks(items);
      }),
    [inTurn],
  );
  useEffect(() => {
    void ask();
    const timer = setInterval(() => void ask(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [ask]);
  useReturn('floor', () => void ask());
  const scanned = async (raw: string): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    const { task, itemScan } = now.current;
    if (kind === 'command') return value === 'done' || value === 'back' ? onLeave() : undefined;
    if (!task) return say('wrong', t('Nothing to put away.'));
    if (kind !== 'location') {
      hold(raw);
      return say('good', t('Now scan the place {{place}}.', { place: task.to }));
    }
    if (!itemScan) return say('wrong', t('Scan the item first.'));
    const body = { eventId: newEventId(), itemScan, locationScan: raw };
    await api.post(`/receiving/put-aways/${task.id}/confirm`, body);
    hold(null);
    say('done', value === task.to ? t('Put away.') : t('Put away in {{place}}.', { place: value }));
    void ask();
  };
  useScans((scan) => void inTurn(() => scanned(scan.raw)));
  const { task } = now.current;
  return (
    <Screen
      bar={<TopBar me={me} title={t('Put away')} />}
      message={message}
      actions={
        <button type="button" className="button grow" onClick={onLeave}>
          {t('Leave')}
        </button>
      }
    >
      {task ? (
        <div className="stop put">
          <Instruction area="item" label={t('Item')} now={!itemSeen} done={itemSeen}>
            <span className="clamp">{task.name}</span>
            <small>
              {task.sku}
              {task.lot ? ` · ${t('lot {{lot}}', { lot: task.lot })}` : ''}
            </small>
          </Instruction>
          <Instruction area="take" label={t('Quantity')} huge>
            <b className="figure">{task.quantity}</b>
          </Instruction>
          <Instruction area="place" label={t('Place')} now={itemSeen}>
            {task.to}
          </Instruction>
        </div>
      ) : (
        <div className="center">
          <ShelfPicture />
          <h2>{tasks ? t('Nothing to put away') : t('One moment')}</h2>
          <p>{tasks ? t('New goods appear here as soon as they are received.') : ''}</p>
        </div>
      )}
    </Screen>
  );
}
