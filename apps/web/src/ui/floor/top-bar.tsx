import { type ReactNode, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#lib/contracts';
import { useLiveStatus } from '../../api/live.js';
import type { ConfirmQueue } from '../../lib/confirm-queue.js';

/** Who works here, where, whether the link is up, and what still waits to be sent. */
export function TopBar(props: { me: Me; title: string; queue?: ConfirmQueue; children?: ReactNode }) {
  const { t } = useTranslation();
  const status = useLiveStatus('floor');
  return (
    <header className="topbar">
      <div className="who">
        {props.title}
        <small>
          {props.me.name}
          {props.me.station ? ` · ${props.me.station.code}` : ''}
        </small>
      </div>
      {props.queue && <QueueBadge queue={props.queue} />}
      {status !== 'live' && (
        <span className="badge" data-kind="down" role="status">
          {status === 'connecting' ? t('Connecting') : t('No network')}
        </span>
      )}
      {props.children}
    </header>
  );
}

function QueueBadge({ queue }: { queue: ConfirmQueue }) {
  const { t } = useTranslation();
  const state = useSyncExternalStore(queue.watch, () => queue.state);
  if (state.waiting.length === 0) return null;
  const seconds = state.oldestAt
    ? Math.max(0, Math.round((Date.now() - Date.parse(state.oldestAt)) / 1000))
    : 0;
  if (seconds < 2) return null;
  return (
    <span className="badge" data-kind="down">
      {t('{{count}} to send, {{seconds}} s', { count: state.waiting.length, seconds })}
    </span>
  );
}
