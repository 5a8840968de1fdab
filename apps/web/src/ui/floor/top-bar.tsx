import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import type { Me } from '#lib/contracts';
import { useLiveStatus } from '../../api/live.js';
import { floorQueue } from '../../lib/floor-queue.js';
import { useTranslation } from '../../lib/i18n.js';

/** Who works here, where, whether the link is up, and what still waits to be sent. */
export function TopBar(props: { me: Me; title: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const status = useLiveStatus('floor');
  return (
    <header className="topbar">
      <div className="who">
        <h1>{props.title}</h1>
        <small>
          {props.me.name}
          {props.me.station ? ` · ${props.me.station.code}` : ''}
        </small>
      </div>
      <QueueBadge personId={props.me.personId} />
      {status !== 'live' && (
        <span className="badge" data-kind="down" role="status">
          {status === 'connecting' ? t('Connecting') : t('No network')}
        </span>
      )}
      {props.children}
    </header>
  );
}

/** A queue that is emptied at once is no news. */
const SHOWN_AFTER_SECONDS = 2;

function QueueBadge({ personId }: { personId: string }) {
  const { t } = useTranslation();
  const queue = floorQueue(personId);
  const { waiting, oldestAt } = useSyncExternalStore(queue.watch, () => queue.state);
  const [now, setNow] = useState(Date.now);
  const isWaiting = waiting.length > 0;
  useEffect(() => {
    if (!isWaiting) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isWaiting]);
  const seconds = oldestAt ? Math.round((now - Date.parse(oldestAt)) / 1000) : 0;
  if (!isWaiting || seconds < SHOWN_AFTER_SECONDS) return null;
  return (
    <span className="badge" data-kind="down">
      {t('{{count}} to send, {{age}}', { count: waiting.length, age: ageOf(seconds) })}
    </span>
  );
}

function ageOf(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
