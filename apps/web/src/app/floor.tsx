import '../ui/tokens.css';
import '../ui/floor/floor.css';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { identifyScan } from '#lib/barcodes';
import type { Me } from '#lib/contracts';
import { reasonOf } from '../api/client.js';
import { LoadTruck, StageParcels } from '../features/load/load-door.js';
import { PackBench } from '../features/pack/pack-bench.js';
import { PickWork } from '../features/pick/pick-work.js';
import { PutAway } from '../features/receive/put-away.js';
import { BadgeSignIn } from '../features/sign-in/badge-sign-in.js';
import { WhatIsThis } from '../features/what-is/what-is.js';
import { giveFeedback } from '../lib/feedback.js';
import { changeLanguage, startI18n } from '../lib/i18n.js';
import { useScans } from '../lib/scans.js';
import { chooseStation, enrolledStation, signOut, whoAmI } from '../lib/session.js';
import { Flash, type FlashMessage, Screen } from '../ui/floor/kit.js';
import {
  CartPicture,
  ParcelPicture,
  QuestionPicture,
  ShelfPicture,
  TotePicture,
  TruckPicture,
} from '../ui/floor/pictograms.js';
import { TopBar } from '../ui/floor/top-bar.js';
import { floorTexts } from './floor-texts.js';

const WORKS = ['pick', 'pack', 'stage', 'load', 'put-away', 'what-is'] as const;
type Work = (typeof WORKS)[number];

/** What people at a kind of station do as a rule; offered first. */
const USUAL_WORK: Record<string, Work> = {
  'pick-start': 'pick',
  'pack-bench': 'pack',
  'dock-door': 'load',
  'receiving-desk': 'put-away',
};

function workInAddress(): Work | null {
  const asked = window.location.hash.slice(1);
  return (WORKS as readonly string[]).includes(asked) ? (asked as Work) : null;
}

function FloorApp() {
  const { t } = useTranslation();
  const [me, setMe] = useState<Me | null | 'loading'>('loading');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [work, setWork] = useState<Work | null>(workInAddress);
  useEffect(() => {
    whoAmI()
      .then((found) => {
        if (found) changeLanguage(found.language);
        setMe(found?.face === 'floor' ? found : null);
      })
      .catch((error) => setTrouble(reasonOf(error)));
    const onHash = (): void => setWork(workInAddress());
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  const go = (next: Work | null): void => {
    window.location.hash = next ?? '';
    setWork(next);
  };
  if (trouble) {
    return (
      <Screen
        bar={<header className="topbar">Wavehouse</header>}
        actions={
          <button type="button" className="button primary" onClick={() => window.location.reload()}>
            {t('Try again')}
          </button>
        }
      >
        <div className="center">
          <h1>{t('No connection')}</h1>
          <p>{trouble}</p>
        </div>
      </Screen>
    );
  }
  if (me === 'loading') return null;
  if (!me)
    return (
      <BadgeSignIn
        onSignedIn={(next) => {
          setMe(next);
          go(USUAL_WORK[next.station?.kind ?? ''] ?? null);
        }}
      />
    );
  const leave = (): void => go(null);
  switch (work) {
    case 'pick':
      return <PickWork me={me} onLeave={leave} />;
    case 'pack':
      return <PackBench me={me} onLeave={leave} />;
    case 'stage':
      return <StageParcels me={me} onLeave={leave} />;
    case 'load':
      return <LoadTruck me={me} onLeave={leave} />;
    case 'put-away':
      return <PutAway me={me} onLeave={leave} />;
    case 'what-is':
      return <WhatIsThis me={me} onLeave={leave} />;
    default:
      return <Home me={me} onChoose={go} onStation={setMe} onSignedOut={() => setMe(null)} />;
  }
}

/** What to do: touch a tile, or scan the station. */
function Home(props: {
  me: Me;
  onChoose: (work: Work) => void;
  onStation: (me: Me) => void;
  onSignedOut: () => void;
}) {
  const { t } = useTranslation();
  const [message, setMessage] = useState<FlashMessage | null>(null);
  useScans((scan) => {
    const { kind, value } = identifyScan(scan.raw);
    if (kind !== 'station') {
      giveFeedback('wrong');
      return setMessage({
        kind: 'wrong',
        text: t('Scan the barcode of your station, or touch what you want to do.'),
      });
    }
    chooseStation(value)
      .then((me) => {
        giveFeedback('good');
        setMessage({ kind: 'good', text: t('You work at {{station}} now.', { station: value }) });
        props.onStation(me);
      })
      .catch((error) => {
        giveFeedback('wrong');
        setMessage({ kind: 'wrong', text: reasonOf(error) });
      });
  });
  const tiles: [Work, string, React.ReactNode][] = [
    ['pick', t('Pick'), <CartPicture key="pick" />],
    ['pack', t('Pack'), <TotePicture key="pack" />],
    ['stage', t('Stage parcels'), <ParcelPicture key="stage" />],
    ['load', t('Load a truck'), <TruckPicture key="load" />],
    ['put-away', t('Put away'), <ShelfPicture key="put-away" />],
    ['what-is', t('What is this?'), <QuestionPicture key="what-is" />],
  ];
  return (
    <Screen
      bar={<TopBar me={props.me} title="Wavehouse" />}
      actions={
        <button
          type="button"
          className="button"
          style={{ flex: 1 }}
          onClick={() => void signOut().finally(props.onSignedOut)}
        >
          {t('Sign out')}
        </button>
      }
    >
      <div className="tiles">
        {tiles.map(([work, title, picture]) => (
          <button key={work} type="button" className="tile" onClick={() => props.onChoose(work)}>
            {picture}
            {title}
          </button>
        ))}
      </div>
      {message ? (
        <Flash message={message} />
      ) : (
        !props.me.station && (
          <Flash message={{ kind: 'note', text: t('Scan your station, so that its devices serve you.') }} />
        )
      )}
    </Screen>
  );
}

const theme =
  new URLSearchParams(window.location.search).get('theme') ?? localStorage.getItem('wavehouse.theme');
document.documentElement.dataset.theme = theme === 'light' ? 'light' : 'dark';
enrolledStation();
startI18n(floorTexts);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <FloorApp />
  </StrictMode>,
);
