import { Link } from '@tanstack/react-router';
import { text, useTranslation } from '../../lib/i18n.js';

const TABS = [
  { to: '/waves', label: text('Wave board') },
  { to: '/waves/templates', label: text('Templates') },
  { to: '/waves/channels', label: text('Channels') },
  { to: '/waves/schedules', label: text('Schedules') },
  { to: '/waves/waiting', label: text('Waiting orders') },
] as const;

/** The pages about waves, one beside the other. */
export function WaveTabs() {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t('Pages about waves')}>
      {TABS.map((tab) => (
        <Link key={tab.to} to={tab.to} activeOptions={{ exact: tab.to === '/waves', includeSearch: false }}>
          {t(tab.label)}
        </Link>
      ))}
    </nav>
  );
}
