import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identifyScan } from '#lib/barcodes';
import type { Me, PutAwayView } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { giveFeedback } from '../../lib/feedback.js';
import { newEventId } from '../../lib/ids.js';
import { useScans } from '../../lib/scans.js';
import { Flash, type FlashMessage, Instruction, Screen } from '../../ui/floor/kit.js';
import { ShelfPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';

/** Received goods to their shelf: scan the item, then the place. */
export function PutAway({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [tasks, setTasks] = useState<PutAwayView[] | null>(null);
  const [itemScan, setItemScan] = useState<string | null>(null);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const say = useCallback((kind: FlashMessage['kind'], text: string): void => {
    setMessage({ kind, text });
    if (kind !== 'note' && kind !== 'warn') giveFeedback(kind);
  }, []);
  const load = useCallback(async () => {
    try {
      const page = await api.get<{ items: PutAwayView[] }>('/receiving/put-aways?state=ready');
      setTasks(page.items);
    } catch (error) {
      say('wrong', reasonOf(error));
    }
  }, [say]);
  useEffect(() => void load(), [load]);
  const task = tasks?.[0] ?? null;
  useScans((scan) => {
    if (!task) return say('wrong', t('Nothing to put away.'));
    if (identifyScan(scan.raw).kind !== 'location') {
      setItemScan(scan.raw);
      return say('good', t('Now scan the place {{place}}.', { place: task.to }));
    }
    if (!itemScan) return say('wrong', t('Scan the item first.'));
    void api
      .post(`/receiving/put-aways/${task.id}/confirm`, {
        eventId: newEventId(),
        itemScan,
        locationScan: scan.raw,
      })
      .then(async () => {
        setItemScan(null);
        say('done', t('Put away.'));
        await load();
      })
      .catch((error) => say('wrong', reasonOf(error)));
  });
  return (
    <Screen
      bar={<TopBar me={me} title={t('Put away')} />}
      actions={
        <button type="button" className="button" style={{ flex: 1 }} onClick={onLeave}>
          {t('Leave')}
        </button>
      }
    >
      {task ? (
        <>
          <Instruction label={t('Item')} now={!itemScan} done={itemScan !== null}>
            {task.name}
            <span className="muted"> · {task.sku}</span>
          </Instruction>
          <Instruction label={t('Quantity')} size="huge">
            {task.quantity}
          </Instruction>
          <Instruction label={t('Place')} now={itemScan !== null} size="huge">
            {task.to}
          </Instruction>
        </>
      ) : (
        <div className="center">
          <ShelfPicture />
          <h1>{tasks ? t('Nothing to put away') : t('One moment')}</h1>
          <p>{tasks ? t('New goods appear here as soon as they are received.') : ''}</p>
        </div>
      )}
      <Flash message={message} />
    </Screen>
  );
}
