import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import type { Me } from '#lib/contracts';
import { reasonOf, whenSessionEnds } from '../api/client.js';
import { PackBench } from '../features/pack/pack-bench.js';
import { PickWork } from '../features/pick/pick-work.js';
import { BadgeSignIn } from '../features/sign-in/badge-sign-in.js';
import { sendQueueOf } from '../lib/floor-queue.js';
import { changeLanguage, useTranslation } from '../lib/i18n.js';
import { forgetPerson, whoAmI } from '../lib/session.js';
import { Screen } from '../ui/floor/kit.js';
import { Home } from './home.js';
import { usualWork, type Work, workOf } from './works.js';

const loadTruck = () => import('../features/load/load-truck.js');
const putAway = () => import('../features/receive/put-away.js');
const putBack = () => import('../features/put-back/put-back.js');
const putWall = () => import('../features/put-wall/put-wall.js');
const replenish = () => import('../features/replenish/replenish.js');
const stage = () => import('../features/load/stage-parcels.js');
const whatIs = () => import('../features/what-is/what-is.js');
/** Work that not everybody does: fetched behind the first screen, so that it is there when the network is not. */
const LoadTruck = fetched(() => loadTruck().then((file) => file.LoadTruck));
const PutAway = fetched(() => putAway().then((file) => file.PutAway));
const PutBack = fetched(() => putBack().then((file) => file.PutBack));
const PutWall = fetched(() => putWall().then((file) => file.PutWall));
const Replenish = fetched(() => replenish().then((file) => file.Replenish));
const StageParcels = fetched(() => stage().then((file) => file.StageParcels));
const WhatIsThis = fetched(() => whatIs().then((file) => file.WhatIsThis));

/** A page that is fetched when it is chosen; without a network it says so. */
function fetched<P extends object>(page: () => Promise<ComponentType<P>>) {
  const missing = (error: unknown): ComponentType<P> => {
    return () => <NoConnection reason={reasonOf(error)} />;
  };
  return lazy(async () => ({ default: await page().catch(missing) }));
}

function fetchAhead(): void {
  // What does not come now is asked for again when somebody chooses it.
  Promise.all([loadTruck(), putAway(), putBack(), putWall(), replenish(), stage(), whatIs()]).catch((error) =>
    console.warn('Not fetched ahead:', error),
  );
}

/** The floor's one page: who is here, then the work of the hash. */
export function FloorApp() {
  const [me, setMe] = useState<Me | null | 'loading'>('loading');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [work, go] = useWorkInAddress();
  useEffect(() => {
    let left = false;
    whoAmI()
      .then((found) => {
        if (left) return;
        if (found) changeLanguage(found.language);
        setMe(found?.face === 'floor' ? found : null);
      })
      .catch((error) => setTrouble(reasonOf(error)));
    const unhear = whenSessionEnds(() => {
      forgetPerson();
      setMe(null);
    });
    return () => {
      left = true;
      unhear();
    };
  }, []);
  const personId = typeof me === 'string' ? null : (me?.personId ?? null);
  useEffect(() => {
    if (!personId) return;
    fetchAhead();
    return sendQueueOf(personId);
  }, [personId]);
  if (trouble) return <NoConnection reason={trouble} />;
  if (me === 'loading') return null;
  if (me) {
    return (
      <Suspense fallback={null}>
        <WorkOf me={me} work={work} go={go} onMe={setMe} />
      </Suspense>
    );
  }
  return (
    <BadgeSignIn
      onSignedIn={(next) => {
        setMe(next);
        // Somebody whose session ran out goes on where they were.
        if (!work) go(usualWork(next.station?.kind));
      }}
    />
  );
}

function WorkOf(props: {
  me: Me;
  work: Work | null;
  go: (work: Work | null) => void;
  onMe: (me: Me | null) => void;
}): ReactNode {
  const { me, work, go } = props;
  const leave = (): void => go(null);
  switch (work) {
    case 'pick':
      return <PickWork me={me} onLeave={leave} />;
    case 'put-wall':
      return <PutWall key={me.station?.code} me={me} onStation={props.onMe} onLeave={leave} />;
    case 'pack':
      return <PackBench key={me.station?.code} me={me} onStation={props.onMe} onLeave={leave} />;
    case 'stage':
      return <StageParcels me={me} onLeave={leave} />;
    case 'load':
      return <LoadTruck me={me} onLeave={leave} />;
    case 'put-away':
      return <PutAway me={me} onLeave={leave} />;
    case 'replenish':
      return <Replenish me={me} onLeave={leave} />;
    case 'put-back':
      return <PutBack me={me} onLeave={leave} />;
    case 'what-is':
      return <WhatIsThis me={me} onLeave={leave} />;
    default:
      return <Home me={me} onChoose={go} onStation={props.onMe} onSignedOut={() => props.onMe(null)} />;
  }
}

function useWorkInAddress(): [Work | null, (next: Work | null) => void] {
  const [work, setWork] = useState<Work | null>(() => workOf(window.location.hash));
  useEffect(() => {
    const onHash = (): void => setWork(workOf(window.location.hash));
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  const go = (next: Work | null): void => {
    window.location.hash = next ?? '';
    setWork(next);
  };
  return [work, go];
}

function NoConnection({ reason }: { reason: string }) {
  const { t } = useTranslation();
  return (
    <Screen
      bar={<header className="topbar">Wavehouse</header>}
      message={{ kind: 'warn', text: reason }}
      actions={
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          {t('Try again')}
        </button>
      }
    >
      <div className="center">
        <h1>{t('No connection')}</h1>
      </div>
    </Screen>
  );
}
