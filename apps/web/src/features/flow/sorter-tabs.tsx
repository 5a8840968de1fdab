import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../lib/i18n.js';

/** The pages about the sorter, one beside the other. */
export function SorterTabs() {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t('Pages about the sorter')}>
      <Link to="/sorter" activeOptions={{ exact: true, includeSearch: false }}>
        {t('Sorter')}
      </Link>
      <Link to="/sorter/lanes">{t('What lanes take')}</Link>
    </nav>
  );
}
