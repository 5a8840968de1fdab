import type { BoardView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { count, span } from '../../ui/tower/format.js';

/** Orders by stage, with how long the oldest has been there. */
export function Funnel({ board }: { board: BoardView }) {
  const { t } = useTranslation();
  return (
    <section className="funnel" aria-label={t('Orders by stage')}>
      {board.stages.map((stage) => (
        <div key={stage.stage} className="stage">
          <span>{t(`stage ${stage.stage}`)}</span>
          <b>{count(stage.orders)}</b>
          <small>{stage.oldestAt ? t('oldest {{age}}', { age: span(stage.oldestAt) }) : ' '}</small>
        </div>
      ))}
    </section>
  );
}
