import { useState } from 'react';
import type { Me } from '#lib/contracts';
import { reasonOf } from '../../api/client.js';
import { giveFeedback } from '../../lib/feedback.js';
import { changeLanguage, LANGUAGES, type Language, useTranslation } from '../../lib/i18n.js';
import { enrolledStation, signInByBadge } from '../../lib/session.js';
import { useWedge } from '../../lib/use-wedge.js';
import { type FlashMessage, Keypad, Screen } from '../../ui/floor/kit.js';
import { BadgePicture } from '../../ui/floor/pictograms.js';

const PIN_MAX = 8;

/** Badge first, then the PIN on digits of our own. Nothing is typed on a system keyboard. */
export function BadgeSignIn({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const { t } = useTranslation();
  const [badge, setBadge] = useState<string | null>(null);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const station = enrolledStation();
  useWedge((scan) => {
    if (!/^B-/i.test(scan)) {
      giveFeedback('wrong');
      setMessage({ kind: 'wrong', text: t('That is not a badge. Badges begin with B-.') });
      return;
    }
    giveFeedback('good');
    setMessage(null);
    setBadge(scan);
  });
  const bar = (
    <header className="topbar">
      <div className="who">
        Wavehouse
        <small>{station ?? t('No station yet')}</small>
      </div>
      <LanguageChoice />
    </header>
  );
  if (badge) {
    return <PinEntry bar={bar} badge={badge} onCancel={() => setBadge(null)} onSignedIn={onSignedIn} />;
  }
  return (
    <Screen
      bar={bar}
      message={message}
      actions={
        <form
          style={{ display: 'contents' }}
          onSubmit={(event) => {
            event.preventDefault();
            const typed = new FormData(event.currentTarget).get('badge');
            if (typeof typed === 'string' && typed.trim()) setBadge(typed.trim());
          }}
        >
          <label className="visually-hidden" htmlFor="badge">
            {t('Badge number')}
          </label>
          <input
            id="badge"
            name="badge"
            inputMode="none"
            autoComplete="off"
            placeholder={t('Badge number')}
            className="button grow"
          />
          <button type="submit" className="button">
            {t('Go on')}
          </button>
        </form>
      }
    >
      <div className="center">
        <BadgePicture />
        <h1>{t('Scan your badge')}</h1>
        <p>{t('Hold the scanner at the barcode on your badge.')}</p>
      </div>
    </Screen>
  );
}

function PinEntry(props: {
  bar: React.ReactNode;
  badge: string;
  onCancel: () => void;
  onSignedIn: (me: Me) => void;
}) {
  const { t } = useTranslation();
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  const enter = async (): Promise<void> => {
    if (busy || pin.length < 4) return;
    setBusy(true);
    try {
      const me = await signInByBadge(props.badge, pin);
      changeLanguage(me.language);
      giveFeedback('done');
      props.onSignedIn(me);
    } catch (error) {
      giveFeedback('wrong');
      setMessage({ kind: 'wrong', text: reasonOf(error) });
      setPin('');
      setBusy(false);
    }
  };
  return (
    <Screen
      bar={props.bar}
      message={message}
      actions={
        <>
          <button type="button" className="button" onClick={props.onCancel}>
            {t('Back')}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={pin.length < 4 || busy}
            onClick={() => void enter()}
          >
            {t('Sign in')}
          </button>
        </>
      }
    >
      <div className="pin">
        <h1>{t('Your PIN')}</h1>
        <div className="dots" role="img" aria-label={t('{{count}} digits', { count: pin.length })}>
          {Array.from({ length: Math.max(4, pin.length) }, (_, index) => (
            <i key={index} data-on={index < pin.length} />
          ))}
        </div>
        <Keypad
          onDigit={(digit) => setPin((now) => (now + digit).slice(0, PIN_MAX))}
          onBack={() => setPin((now) => now.slice(0, -1))}
          onEnter={() => void enter()}
          backLabel={t('Delete digit')}
          enterLabel={t('Sign in')}
        />
      </div>
    </Screen>
  );
}

function LanguageChoice() {
  const { t, language } = useTranslation();
  const codes = Object.keys(LANGUAGES) as Language[];
  const next = codes[(codes.indexOf(language) + 1) % codes.length]!;
  return (
    <button
      type="button"
      className="badge"
      aria-label={t('Change language to {{language}}', { language: LANGUAGES[next] })}
      onClick={() => changeLanguage(next)}
    >
      {LANGUAGES[next]}
    </button>
  );
}
