import { type ReactNode, useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me } from '#lib/contracts';
import { floorQueue } from '../lib/floor-queue.js';
import { useTranslation } from '../lib/i18n.js';
import { useScans } from '../lib/scans.js';
import { chooseStation, signOut } from '../lib/session.js';
import { Screen } from '../ui/floor/kit.js';
import {
  CartPicture,
  ParcelPicture,
  QuestionPicture,
  RefillPicture,
  ReturnPicture,
  ShelfPicture,
  TotePicture,
  TruckPicture,
  WallPicture,
} from '../ui/floor/pictograms.js';
import { TopBar } from '../ui/floor/top-bar.js';
import { useTurns } from '../ui/floor/use-turns.js';
import type { Work } from './works.js';

/** What to do: touch a tile, or scan the station. */
export function Home(props: {
  me: Me;
  onChoose: (work: Work) => void;
  onStation: (me: Me) => void;
  onSignedOut: () => void;
}) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const [warned, setWarned] = useState(false);
  const scanned = async (raw: string): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    if (kind !== 'station')
      return say('wrong', t('Scan the barcode of your station, or touch what you want to do.'));
    const me = await chooseStation(value);
    say('good', t('You work at {{station}} now.', { station: value }));
    props.onStation(me);
  };
  useScans((scan) => void inTurn(() => scanned(scan.raw)));
  const leave = async (): Promise<void> => {
    const count = floorQueue(props.me.personId).state.waiting.length;
    if (count > 0 && !warned) {
      setWarned(true);
      return say(
        'warn',
        t('{{count}} confirms are not sent yet. They wait here until you sign in again. Sign out?', {
          count,
        }),
      );
    }
    await signOut().finally(props.onSignedOut);
  };
  const hint = props.me.station ? null : t('Scan your station, so that its devices serve you.');
  return (
    <Screen
      bar={<TopBar me={props.me} title="Wavehouse" />}
      message={message ?? (hint === null ? null : { kind: 'note', text: hint })}
      actions={
        <button type="button" className="button grow" onClick={() => void inTurn(leave)}>
          {t('Sign out')}
        </button>
      }
    >
      <Tiles onChoose={props.onChoose} />
    </Screen>
  );
}

function Tiles({ onChoose }: { onChoose: (work: Work) => void }) {
  const { t } = useTranslation();
  const tiles: [Work, string, ReactNode][] = [
    ['pick', t('Pick'), <CartPicture key="pick" />],
    ['put-wall', t('Put wall'), <WallPicture key="put-wall" />],
    ['pack', t('Pack'), <TotePicture key="pack" />],
    ['stage', t('Stage parcels'), <ParcelPicture key="stage" />],
    ['load', t('Load a truck'), <TruckPicture key="load" />],
    ['put-away', t('Put away'), <ShelfPicture key="put-away" />],
    ['replenish', t('Replenish'), <RefillPicture key="replenish" />],
    ['put-back', t('Put back'), <ReturnPicture key="put-back" />],
    ['what-is', t('What is this?'), <QuestionPicture key="what-is" />],
  ];
  return (
    <div className="tiles many">
      {tiles.map(([work, title, picture]) => (
        <button key={work} type="button" className="tile" onClick={() => onChoose(work)}>
          {picture}
          {title}
        </button>
      ))}
    </div>
  );
}
