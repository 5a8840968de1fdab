import { useState } from 'react';
import type { Me } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { chooseStation } from '../../lib/session.js';
import { Screen } from '../../ui/floor/kit.js';
import { ScalePicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { PackContents } from './pack-contents.js';
import { PackInstruction } from './pack-instruction.js';
import { PackProblem } from './pack-problem.js';
import { usePackBench, type Weighing } from './use-pack-bench.js';

/** The bench: tote, items, scale, label. Scans alone take the packer through. */
export function PackBench(props: { me: Me; onStation: (me: Me) => void; onLeave: () => void }) {
  const { me, onLeave } = props;
  const { t } = useTranslation();
  const [problem, setProblem] = useState(false);
  const obey = (command: string): void => {
    if (['short', 'help', 'damaged', 'wrong-label', 'reprint'].includes(command)) setProblem(true);
    if (command === 'back' || command === 'cancel') setProblem(false);
    if (command === 'done' && mayLeave) onLeave();
  };
  const work = usePackBench(me, {
    command: obey,
    station: async (code) => props.onStation(await chooseStation(code)),
  });
  const { bench, stage } = work;
  const mayLeave = stage === 'finished' || stage === 'scan-tote';
  const settle = (act: Promise<void>): void => void act.finally(() => setProblem(false));
  return (
    <Screen
      bar={<TopBar me={me} title={t('Pack')} />}
      message={work.message}
      actions={
        <>
          {bench.pack && stage !== 'finished' && (
            <button type="button" className="button problem" onClick={() => setProblem(true)}>
              {t('Problem')}
            </button>
          )}
          {mayLeave && (
            <button type="button" className="button grow" onClick={onLeave}>
              {t('Leave')}
            </button>
          )}
          {stage === 'print-trouble' && (
            <button type="button" className="button primary" onClick={() => void work.reprint('media')}>
              {t('Print again')}
            </button>
          )}
          {!mayLeave && stage !== 'print-trouble' && <ScaleStatus weighing={work.weighing} />}
        </>
      }
    >
      <div className={bench.pack ? 'two' : 'one'}>
        <div>
          {me.station ? (
            <PackInstruction stage={stage} pack={bench.pack} mismatch={bench.mismatch} />
          ) : (
            <NoBench />
          )}
        </div>
        {bench.pack && <PackContents pack={bench.pack} />}
      </div>
      {problem && bench.pack && (
        <PackProblem
          pack={bench.pack}
          mayAccept={bench.mismatch !== null && me.roles.some((role) => role !== 'operator')}
          onClose={() => setProblem(false)}
          onReprint={(reason) => settle(work.reprint(reason))}
          onAccept={() => settle(work.accept('contents checked by hand'))}
          onCarton={(code) => settle(work.changeCarton(code))}
          onStartOver={() => {
            work.forget();
            setProblem(false);
          }}
        />
      )}
    </Screen>
  );
}

function NoBench() {
  const { t } = useTranslation();
  return (
    <div className="center">
      <ScalePicture />
      <h2>{t('Scan the barcode of this bench')}</h2>
      <p>{t('Its scanner, scale and printer serve you then.')}</p>
    </div>
  );
}

function ScaleStatus({ weighing }: { weighing: Weighing | null }) {
  const { t } = useTranslation();
  let said = t('Nothing on the scale yet');
  if (weighing) said = weighing.readingId === null ? weighing.reason : `${weighing.grams} g`;
  return (
    <div className="status" role="status">
      <small>{t('Scale')}</small>
      {said}
    </div>
  );
}
