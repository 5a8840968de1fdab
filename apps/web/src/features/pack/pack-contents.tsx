import type { PackView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';

/** What belongs in, what is in; the line that is not complete stands first. */
export function PackContents({ pack }: { pack: PackView }) {
  const { t } = useTranslation();
  const lines = [...pack.lines].sort((a, b) => Number(a.packed >= a.picked) - Number(b.packed >= b.picked));
  return (
    <section
      className="list"
      aria-label={t('Contents of order {{order}}', { order: pack.externalRef })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that can scroll must be reachable by keyboard
      tabIndex={0}
    >
      {lines.map((line) => (
        <div key={line.orderLineId} className="entry" data-done={line.packed >= line.picked}>
          <span className="name">{line.name}</span>
          <span className="count">
            {line.packed}/{line.picked}
          </span>
          <span className="sub">
            {line.sku}
            {line.fragile ? ` · ${t('fragile')}` : ''}
          </span>
        </div>
      ))}
    </section>
  );
}
